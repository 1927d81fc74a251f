package script

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Phrase is one text of a script, addressed by where it stands, so that a
// translation can bring it in another language.
type Phrase struct {
	Dialog string // the dialog whose file holds it
	Step   string // the step's id in that file
	Field  string // "ask", "why", "say 2", "answers" …
	Answer string // the answer whose label it is

	base []Segment
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
	return p.base
}

// phrases compiles the texts of a step.
func (c *compiler) phrases(s *Step, sc *scope, raw *rawStep) {
	one := func(t ref, field string) *Phrase {
		if !t.given() {
			return nil
		}
		p := &Phrase{Dialog: sc.d.name.name, Step: raw.id.name, Field: field}
		p.base = c.segments(sc, t, field)
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

// segments cuts a text at its placeholders. {{ and }} stand for braces.
func (c *compiler) segments(sc *scope, t ref, field string) []Segment {
	var out []Segment
	var literal strings.Builder
	flush := func() {
		if literal.Len() > 0 {
			out = append(out, Segment{Kind: Literal, Text: literal.String()})
			literal.Reset()
		}
	}
	text := t.name
	tell := func(i int, what, mend string) {
		if sc.caller == nil {
			c.tell(sc, c.root.within(t.pos, text, utf8.RuneCountInString(text[:i])), what, mend)
		}
	}
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
			if seg, ok := c.placeholder(sc, name, field, func(what, mend string) { tell(i, what, mend) }); ok {
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

func (c *compiler) placeholder(sc *scope, name, field string, tell func(what, mend string)) (Segment, bool) {
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
