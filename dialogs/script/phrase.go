package script

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Phrase is one text of a script, addressed by where it stands, so that a
// translation can bring it in another language.
type Phrase struct {
	Dialog string // the dialog whose file holds it
	Step   string // the step's id in that file
	Field  string // "ask", "why", "say 2" …
	At     Place  // where it begins

	base []Segment
	in   map[string][]Segment // by language, and by form of address
	at   map[string]Place     // where those stand
}

// Segment is a piece of a phrase: literal text, or something to fill in.
type Segment struct {
	Kind SegmentKind
	Text string // the literal, or the name of the given
	Slot int    // of the fact
}

// SegmentKind says what a segment stands for.
type SegmentKind uint8

const (
	Literal   SegmentKind = iota
	FactHere              // a fact as the person reads it
	GivenHere             // something the host gives
	Readback              // one line for each answered question
)

// In is the phrase in a language, or in the script's own where it is not
// translated. A nil phrase is empty.
func (p *Phrase) In(lang string) []Segment {
	if p == nil {
		return nil
	}
	return inLanguage(p.in, lang, p.base)
}

// Place is where the phrase stands in a language. Where it is not written in
// that one, it is where the original stands.
func (p *Phrase) Place(lang string) Place { return inLanguage(p.at, lang, p.At) }

// Has reports whether the phrase is written in a language.
func (p *Phrase) Has(lang string) bool {
	_, ok := p.in[lang]
	return ok
}

// Written is a phrase in a language as a file has it: what is filled in stands
// as {name}.
func (d *Dialog) Written(p *Phrase, lang string) string {
	var b strings.Builder
	for _, s := range p.In(lang) {
		switch s.Kind {
		case Literal:
			b.WriteString(s.Text)
		case FactHere:
			b.WriteString("{" + d.Facts[s.Slot].Name + "}")
		case GivenHere:
			b.WriteString("{" + s.Text + "}")
		case Readback:
			b.WriteString("{readback}")
		}
	}
	return b.String()
}

// phrases compiles the texts of a step.
func (c *compiler) phrases(s *Step, sc *scope, raw *rawStep) {
	said := c.b.variants("dialogs/" + sc.d.name.name)
	if sc.caller == nil {
		for _, v := range said {
			if words := v.t.steps[raw.id.name]; words != nil && v.form == "" {
				v.t.fieldsFit(words, raw.source())
			}
		}
	}
	one := func(t ref, field string) *Phrase {
		if !t.given() {
			return nil
		}
		p := &Phrase{Dialog: sc.d.name.name, Step: raw.id.name, Field: field, At: sc.d.place(t.pos)}
		p.base = c.segments(t, field, func(offset int, what, mend string) {
			c.tell(sc, c.root.within(t.pos, t.name, offset), what, mend)
		})
		c.translate(p, sc, raw, said)
		return p
	}
	if raw.say.given() {
		s.Say = append(s.Say, one(raw.say, "say"))
		for i, t := range raw.more {
			s.Say = append(s.Say, one(t, fmt.Sprintf("say %d", i+2)))
		}
	}
	s.Ask = one(raw.ask, raw.op.String())
	s.Why, s.Again, s.Short = one(raw.why, "why"), one(raw.again, "again"), one(raw.short, "short")
	s.Done, s.Skip = one(raw.done, "done"), one(raw.skip, "skip")
	s.Change, s.Pick = one(raw.change, "change"), one(raw.pick, "pick")
	for _, a := range raw.answers {
		if i := strings.IndexByte(a.label.name, '{'); i >= 0 {
			c.tell(sc, c.root.within(a.label.pos, a.label.name, utf8.RuneCountInString(a.label.name[:i])), "a button cannot hold a placeholder", "put it into the question")
		}
	}
}

// translate takes a phrase over from the translations of its file.
func (c *compiler) translate(p *Phrase, sc *scope, raw *rawStep, said []variant) {
	key, nth, _ := strings.Cut(p.Field, " ")
	n := 0
	if nth != "" {
		n, _ = strconv.Atoi(nth)
		n--
	}
	for _, v := range said {
		words := v.t.steps[raw.id.name]
		if words == nil || n >= len(words.texts[key]) {
			continue
		}
		text := words.texts[key][n].in(v.form)
		if !text.given() || v.form != "" && len(words.texts[key][n].forms) == 0 {
			continue
		}
		whole := true
		segments := c.segments(text, p.Field, func(offset int, what, mend string) {
			whole = false
			if sc.caller == nil {
				v.t.report(v.t.within(text.pos, text.name, offset), what, mend)
			}
		})
		if !whole {
			continue // the original stands in its place
		}
		if p.in == nil {
			p.in, p.at = make(map[string][]Segment, len(said)), make(map[string]Place, len(said))
		}
		p.in[v.lang], p.at[v.lang] = segments, v.t.place(text.pos)
	}
}

// segments cuts a text at its placeholders. {{ and }} stand for braces.
func (c *compiler) segments(t ref, field string, report func(offset int, what, mend string)) []Segment {
	var out []Segment
	var literal strings.Builder
	flush := func() {
		if literal.Len() > 0 {
			out = append(out, Segment{Kind: Literal, Text: literal.String()})
			literal.Reset()
		}
	}
	text := t.name
	tell := func(i int, what, mend string) { report(utf8.RuneCountInString(text[:i]), what, mend) }
	for i := 0; i < len(text); {
		switch {
		case strings.HasPrefix(text[i:], "{{"), strings.HasPrefix(text[i:], "}}"):
			literal.WriteByte(text[i])
			i += 2
		case text[i] == '}':
			tell(i, "a } without a {", "write }} for the sign itself")
			i++
		case text[i] == '{':
			end := strings.IndexByte(text[i:], '}')
			if end < 0 {
				tell(i, "a { without a }", "close the placeholder, or write {{ for the sign itself")
				return out
			}
			name := text[i+1 : i+end]
			if !givenPattern.MatchString(name) {
				tell(i, "a { that begins no placeholder", "write {name}, or {{ for the sign itself")
				return out
			}
			flush()
			if seg, ok := c.placeholder(name, field, func(what, mend string) { tell(i, what, mend) }); ok {
				out = append(out, seg)
			}
			i += end + 1
		default:
			literal.WriteByte(text[i])
			i++
		}
	}
	flush()
	return out
}

func (c *compiler) placeholder(name, field string, tell func(what, mend string)) (Segment, bool) {
	switch field {
	case "short", "done", "skip", "change":
		tell("a button cannot hold a placeholder", "put it into the question")
		return Segment{}, false
	}
	if name == "readback" {
		if field != "review" {
			tell("{readback} stands outside a review", "use it in the text after `review`")
			return Segment{}, false
		}
		return Segment{Kind: Readback}, true
	}
	if f, ok := c.d.facts[name]; ok {
		if f.NeverIn("chat") {
			tell(fmt.Sprintf("the fact %s must never appear in a chat", name), "reword the text without it")
			return Segment{}, false
		}
		return Segment{Kind: FactHere, Slot: f.Slot}, true
	}
	if slices.Contains(c.d.Givens, name) {
		return Segment{Kind: GivenHere, Text: name}, true
	}
	known := append(keys(c.d.facts), c.d.Givens...)
	if field == "review" {
		known = append(known, "readback")
	}
	tell(fmt.Sprintf("unknown placeholder {%s}", name), suggest(name, known))
	return Segment{}, false
}
