package record

import (
	"bytes"
	"fmt"
	"html/template"
)

// HTML writes the record as one page: everything is in the file, nothing is
// loaded and nothing runs. It prints on paper as it stands.
func HTML(r Record) ([]byte, error) {
	var b bytes.Buffer
	if err := page.Execute(&b, r.cleaned()); err != nil {
		return nil, fmt.Errorf("write record as HTML: %w", err)
	}
	return b.Bytes(), nil
}

// Whatever a person wrote stands in an element of its own with dir="auto", so
// that words from right to left turn nothing beside them.
var page = template.Must(template.New("record").Funcs(template.FuncMap{
	"asked": func(i Item) string {
		if i.Question == "" {
			return i.Short
		}
		return i.Question
	},
}).Parse(`<!DOCTYPE html>
<html{{with .Language}} lang="{{.}}"{{end}} dir="auto">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex, nofollow">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Page.Title}}</title>
<style>
body { margin: 2rem auto; max-width: 42rem; padding: 0 1rem; font: 1rem/1.5 Georgia, "Times New Roman", serif; color: #1a1a1a; background: #fff; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; }
article { margin-top: 3rem; break-before: page; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; border-bottom: 1px solid #999; }
p, dd, dt, li { white-space: pre-line; }
.note, .when { color: #555; font-size: .9rem; }
dt { margin-top: 1rem; color: #444; }
dd { margin: .2rem 0 0 1rem; font-weight: bold; }
blockquote { margin: .3rem 0 0 1rem; white-space: pre-line; }
@media print {
  body { margin: 0; max-width: none; padding: 0; font-size: 11pt; }
  h2 { break-after: avoid; }
  dt { break-after: avoid; }
  dd, li { break-inside: avoid; }
}
@page { margin: 2cm; }
</style>
</head>
<body>
<h1>{{.Page.Title}}</h1>
{{- with .Case}}
<p class="when">{{.}}</p>{{end}}
{{- range .Page.Notes}}
<p class="note" dir="auto">{{.}}</p>{{end}}
{{- template "sections" .}}
{{- with .Decisions}}
<section>
<h2>{{$.Page.Decisions}}</h2>
<ul>
{{- range .}}
<li>{{with .When}}<span class="when">{{.}}</span> {{end}}<bdi>{{.Text}}</bdi>{{with .Note}}
<blockquote dir="auto">{{.}}</blockquote>{{end}}</li>{{end}}
</ul>
</section>{{end}}
{{- with .Releases}}
<section>
<h2>{{$.Page.Releases}}</h2>
<ul>
{{- range .}}
<li><bdi>{{.Text}}</bdi>{{range .Sent}}
<br><span class="when">{{.}}</span>{{end}}</li>{{end}}
</ul>
</section>{{end}}
{{- with .Looks}}
<section>
<h2>{{$.Page.Looks}}</h2>
<ul>
{{- range .}}
<li dir="auto">{{.}}</li>{{end}}
</ul>
</section>{{end}}
{{- range .Partners}}
<article>
<h1>{{.Page.Title}}</h1>
{{- template "sections" .}}
</article>{{end}}
</body>
</html>
{{- define "sections"}}{{range .Sections}}
<section>
{{- with .Title}}
<h2>{{.}}</h2>{{end}}
<dl>
{{- range .Items}}
<dt dir="auto">{{asked .}}</dt>
{{- range .Answers}}
<dd dir="auto">{{.Text}}</dd>{{end}}{{end}}
</dl>
</section>
{{- else}}
<p>{{.Page.Nothing}}</p>{{end}}{{end}}
`))
