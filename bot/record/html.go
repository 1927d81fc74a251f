package record

import (
	"bytes"
	"cmp"
	"fmt"
	"html"
)

// HTML writes the record as one page: everything is in the file, nothing is
// loaded and nothing runs. It prints on paper as it stands.
//
// The page is so plain that it is written here line by line. To read a template
// takes reflection that keeps every method of every library in the program: a
// quarter of its size.
func HTML(r Record) ([]byte, error) {
	r = r.cleaned()
	var p page
	p.head(r)
	p.has(r.Case, `<p class="when">%s</p>`)
	for _, note := range r.Page.Notes {
		p.put(`<p class="note" dir="auto">%s</p>`, note)
	}
	p.sections(r)
	if len(r.Decisions) > 0 {
		p.put("<section>\n<h2>%s</h2>\n<ul>", r.Page.Decisions)
		for _, d := range r.Decisions {
			p.put("<li>")
			if d.When != "" {
				p.add(`<span class="when">%s</span> `, d.When)
			}
			p.add("<bdi>%s</bdi>", d.Text)
			p.has(d.Note, `<blockquote dir="auto">%s</blockquote>`)
			p.add("</li>")
		}
		p.put("</ul>\n</section>")
	}
	if len(r.Releases) > 0 {
		p.put("<section>\n<h2>%s</h2>\n<ul>", r.Page.Releases)
		for _, release := range r.Releases {
			p.put("<li><bdi>%s</bdi>", release.Text)
			for _, sent := range release.Sent {
				p.put(`<br><span class="when">%s</span>`, sent)
			}
			p.add("</li>")
		}
		p.put("</ul>\n</section>")
	}
	if len(r.Looks) > 0 {
		p.put("<section>\n<h2>%s</h2>\n<ul>", r.Page.Looks)
		for _, look := range r.Looks {
			p.put(`<li dir="auto">%s</li>`, look)
		}
		p.put("</ul>\n</section>")
	}
	for _, partner := range r.Partners {
		p.put("<article>\n<h1>%s</h1>", partner.Page.Title)
		p.sections(partner)
		p.put("</article>")
	}
	p.put("</body>\n</html>\n")
	return p.Bytes(), nil
}

// page is a page that is being written. Whatever a person wrote stands in an
// element of its own with dir="auto", so that words from right to left turn
// nothing beside them.
type page struct{ bytes.Buffer }

// add writes markup, with words in the places of its %s that are read as words
// and as nothing else.
func (p *page) add(markup string, words ...string) {
	safe := make([]any, len(words))
	for i, w := range words {
		safe[i] = html.EscapeString(w)
	}
	fmt.Fprintf(p, markup, safe...)
}

// put is add on a line of its own.
func (p *page) put(markup string, words ...string) { p.add("\n"+markup, words...) }

// has is put where there are words.
func (p *page) has(words, markup string) {
	if words != "" {
		p.put(markup, words)
	}
}

func (p *page) head(r Record) {
	p.add("<!DOCTYPE html>\n<html")
	if r.Language != "" {
		p.add(` lang="%s"`, r.Language)
	}
	p.add(head, r.Page.Title)
}

func (p *page) sections(r Record) {
	for _, s := range r.Sections {
		p.put("<section>")
		p.has(s.Title, "<h2>%s</h2>")
		p.put("<dl>")
		for _, i := range s.Items {
			p.put(`<dt dir="auto">%s</dt>`, cmp.Or(i.Question, i.Short))
			for _, a := range i.Answers {
				p.put(`<dd dir="auto">%s</dd>`, a.Text)
			}
		}
		p.put("</dl>\n</section>")
	}
	if len(r.Sections) == 0 {
		p.put("<p>%s</p>", r.Page.Nothing)
	}
}

// head is what stands above a record, with its title in two places.
const head = ` dir="auto">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex, nofollow">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>%[1]s</title>
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
<h1>%[1]s</h1>`
