package script

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Days in the units of time that spans are written in.
const (
	Day   = 1.0
	Week  = 7.0
	Month = Year / 12
	Year  = 365.25
)

// Span is the lengths of time that an answer stands for, in days: from From up to
// the next span, or up to and with To.
type Span struct {
	Answer   string
	From, To float64 // To is 0 where none is written
	Unit     float64 // days of the unit that it is written in
}

// SpanOf is the answer whose span holds a length of time; empty where none does.
func SpanOf(spans []Span, days float64) (answer string) {
	for _, s := range spans {
		if days < s.From {
			break
		}
		answer = s.Answer
		if s.To > 0 && days >= s.To+s.Unit { // of somebody of 17 years the 18th has not ended
			answer = ""
		}
	}
	return answer
}

type rawSpan struct {
	id   ref
	span Span
}

var (
	spanPattern = regexp.MustCompile(`^([0-9]{1,3})( to ([0-9]{1,3}))? (day|week|month|year)s?$`)
	spanUnits   = map[string]float64{"day": Day, "week": Week, "month": Month, "year": Year}
)

func (r *reader) span(n *yaml.Node) (Span, bool) {
	found := spanPattern.FindStringSubmatch(strings.TrimSpace(n.Value))
	if n.Kind != yaml.ScalarNode || found == nil {
		if n.Kind != yaml.AliasNode {
			r.report(place(n), "this is no length of time", "write `2 months`, from which on the answer is meant, or `18 to 110 years`")
		}
		return Span{}, false
	}
	unit := spanUnits[found[4]]
	from, _ := strconv.Atoi(found[1])
	to, _ := strconv.Atoi(found[3])
	return Span{From: float64(from) * unit, To: float64(to) * unit, Unit: unit}, true
}

// spansFit checks the spans of a question, and keeps them.
func (c *compiler) spansFit(s *Step, sc *scope, raw *rawStep) {
	if at, ok := raw.keys["spans"]; ok && (!s.Type.OneOf() || s.options == nil) {
		c.tell(sc, at, "a length of time means one answer of those that stand here", "delete `spans`, or write into a choice with `answers`")
		return
	}
	last := -1.0
	for _, w := range raw.spans {
		span := w.span
		span.Answer = w.id.name
		if _, ok := s.options.Find(w.id.name); !ok {
			c.tell(sc, w.id.pos, fmt.Sprintf("%q is not an answer of %s", w.id.name, raw.id.name), suggest(w.id.name, optionNames(s.options)))
			continue
		}
		if span.From <= last || span.To > 0 && span.To < span.From {
			c.tell(sc, w.id.pos, "spans go from short to long, and this one begins or ends before", "write them in their order, each longer than the one before")
			continue
		}
		last = max(span.From, span.To)
		s.Spans = append(s.Spans, span)
	}
}
