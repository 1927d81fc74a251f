package draw

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"anteroom/dialogs/script"
)

// plain is a phrase in one line, with its placeholders in braces.
func plain(ph *script.Phrase, p *Picture) string {
	return strings.Join(strings.Fields(clean(p.dialog.Written(ph, p.opts.Lang))), " ")
}

// clean drops what no document may hold: control signs, and signs that turn
// the direction of what follows.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r), r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == unicode.ReplacementChar, r >= 0xFFFE && r <= 0xFFFF:
			return -1
		}
		return r
	}, s)
}

// condition is a condition in words. inside asks for parentheses where it
// would be misread without.
func condition(c *script.Cond, inside bool) string {
	switch c.Op {
	case script.CondOr, script.CondAnd:
		word := " or "
		if c.Op == script.CondAnd {
			word = " and "
		}
		parts := flat(c, c.Op)
		var said []string
		for i, part := range parts {
			if i > 0 && part.Op == script.CondHolds && parts[i-1].Op == script.CondHolds && part.Fact == parts[i-1].Fact {
				said = append(said, part.IDs[0]) // "topics has a or b", once the fact was named
				continue
			}
			said = append(said, condition(part, true))
		}
		if inside {
			return "(" + strings.Join(said, word) + ")"
		}
		return strings.Join(said, word)
	case script.CondNot:
		switch c.A.Op {
		case script.CondHolds:
			return c.A.Fact.Name + " without " + c.A.IDs[0]
		case script.CondKnown:
			return c.A.Fact.Name + " not known"
		}
		return "not " + condition(c.A, true)
	case script.CondKnown:
		return c.Fact.Name + " known"
	case script.CondIs:
		return c.Fact.Name + " is " + c.IDs[0]
	case script.CondIsNot:
		return c.Fact.Name + " is not " + c.IDs[0]
	case script.CondIn:
		return c.Fact.Name + " is " + strings.Join(c.IDs, " or ")
	case script.CondHolds:
		return c.Fact.Name + " has " + c.IDs[0]
	}
	signs := map[script.CondOp]string{script.CondEqual: "is", script.CondUnequal: "is not", script.CondLess: "under",
		script.CondAtMost: "at most", script.CondMore: "over", script.CondAtLeast: "at least"}
	return fmt.Sprintf("%s %s %d", c.Fact.Name, signs[c.Op], c.Number)
}

// flat is the parts of a condition that are joined by the same word.
func flat(c *script.Cond, op script.CondOp) []*script.Cond {
	if c.Op != op {
		return []*script.Cond{c}
	}
	return append(flat(c.A, op), flat(c.B, op)...)
}

// settings is what the set steps of a row give to facts.
func settings(steps []*script.Step) string {
	var all []string
	for _, s := range steps {
		for _, set := range s.Sets {
			all = append(all, set.Fact.Name+" = "+constant(set.Value))
		}
	}
	return strings.Join(all, ", ")
}

func constant(v script.Value) string {
	if v.Text == "" {
		return strconv.Itoa(v.Number)
	}
	return strings.ReplaceAll(v.Text, ",", " + ")
}

// caption is an edge's labels in one line; "" where there is nothing to say.
func (e *edge) caption() string {
	switch n := len(e.labels); {
	case n == 0:
		return ""
	case n > 4 && len(e.from.out) == 1:
		return fmt.Sprintf("any of %d answers", n)
	case n > 4:
		return fmt.Sprintf("any of %d other answers", n)
	}
	return clean(strings.Join(e.labels, " / "))
}

// wrap breaks a text into at most max lines of a width, and cuts what is too
// much.
func wrap(s string, width, size float64, max int) []string {
	var lines []string
	line := ""
	words := strings.Fields(s)
	for i := 0; i < len(words) && len(lines) <= max; i++ {
		word := words[i]
		for len(lines) <= max && extent(word, size) > width { // longer than a line: cut it
			cut := fitting(word, width, size)
			if line != "" {
				lines, line = append(lines, line), ""
			}
			lines = append(lines, word[:cut])
			word = word[cut:]
		}
		next := word
		if line != "" {
			next = line + " " + word
		}
		if line != "" && extent(next, size) > width {
			lines, line = append(lines, line), word
			continue
		}
		line = next
	}
	if line != "" {
		lines = append(lines, line)
	}
	if len(lines) <= max {
		return lines
	}
	last := lines[max-1]
	for extent(last+"…", size) > width {
		if i := strings.LastIndexByte(last, ' '); i > 0 {
			last = last[:i]
		} else {
			last = last[:fitting(last, width-extent("…", size), size)]
			break
		}
	}
	return append(lines[:max-1], strings.TrimRight(last, " ,;:(")+"…")
}

// fitting is how many bytes of a word fit, one rune at least.
func fitting(word string, width, size float64) int {
	var sum float64
	for i, r := range word {
		sum += letter(r) * size
		if sum > width && i > 0 {
			return i
		}
	}
	return len(word)
}

// extent is about how wide a text is.
func extent(s string, size float64) float64 {
	var sum float64
	for _, r := range s {
		sum += letter(r)
	}
	return sum * size
}

// letter is the width of a letter in Helvetica and the like, in parts of the
// font's size, with some slack for a wider font.
func letter(r rune) float64 {
	const slack = 1.06
	switch {
	case r > 0x2E80: // ideographs and pictures
		return 1.05
	case strings.ContainsRune("ijl|'’.,:;!I", r):
		return 0.26 * slack
	case strings.ContainsRune(" ft()[]{}r-/\\“”\"", r):
		return 0.34 * slack
	case strings.ContainsRune("mMW@%…—→", r):
		return 0.9 * slack
	case r == 'w' || unicode.IsUpper(r):
		return 0.7 * slack
	default:
		return 0.55 * slack
	}
}
