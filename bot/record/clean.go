package record

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean takes out of a text what is no text: controls but for tab and line
// feed, marks that turn the direction of what follows, non-characters and
// broken UTF-8. Joiners stay: letters and emoji are made with them.
func clean(s string) string {
	if plain(s) {
		return s
	}
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r' || r == '\u2028' || r == '\u2029' || r == '\u0085':
			return '\n'
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\ufeff', nonCharacter(r):
			return -1
		}
		return r
	}, s)
}

func nonCharacter(r rune) bool {
	return r&0xfffe == 0xfffe || r >= 0xfdd0 && r <= 0xfdef || r >= 0xfff9 && r <= 0xfffb || r >= 0xe0000 && r <= 0xe007f
}

func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\n' || c >= 0x7f {
			return false
		}
	}
	return utf8.ValidString(s)
}

// cleaned is the record with every text in it clean. What it was made from is
// left as it was.
func (r Record) cleaned() Record {
	each(&r.Case, &r.Subject, &r.Language, &r.Page.Title, &r.Page.Decisions, &r.Page.Releases, &r.Page.Looks, &r.Page.Nothing)
	r.Page.Notes, r.Looks = cleanAll(r.Page.Notes), cleanAll(r.Looks)
	r.Sections = mapped(r.Sections, func(s *Section) {
		each(&s.ID, &s.Title)
		s.Items = mapped(s.Items, func(i *Item) {
			each(&i.ID, &i.Question, &i.Short, &i.Fact)
			i.Answers = mapped(i.Answers, func(a *Answer) { each(&a.Text, &a.Code, &a.Currency) })
		})
	})
	r.Decisions = mapped(r.Decisions, func(e *Event) { each(&e.When, &e.What, &e.Text, &e.Note) })
	r.Releases = mapped(r.Releases, func(l *Release) {
		each(&l.To, &l.Why, &l.Until, &l.Text)
		l.Fields, l.Sent = cleanAll(l.Fields), cleanAll(l.Sent)
	})
	r.Partners = mapped(r.Partners, func(p *Record) { *p = p.cleaned() })
	return r
}

func each(texts ...*string) {
	for _, s := range texts {
		*s = strings.TrimSpace(clean(*s))
	}
}

func cleanAll(lines []string) []string { return mapped(lines, func(s *string) { each(s) }) }

// mapped is a copy of a list with each of its elements changed.
func mapped[T any](list []T, change func(*T)) []T {
	if list == nil {
		return nil
	}
	out := make([]T, len(list))
	for i := range list {
		out[i] = list[i]
		change(&out[i])
	}
	return out
}
