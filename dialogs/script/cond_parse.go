package script

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// condError is a mistake in a condition, at a rune counted from zero.
type condError struct {
	at         int
	what, mend string
}

const (
	condDepth  = 50
	condLength = 2000
)

// parseCond reads a condition over the facts that find knows. The first
// mistake ends it: what follows could only be guessed.
func parseCond(src string, facts map[string]*Fact) (c *Cond, failed *condError) {
	p := condParser{facts: facts}
	defer func() {
		if e := recover(); e != nil {
			ce, ok := e.(*condError)
			if !ok {
				panic(e)
			}
			c, failed = nil, ce
		}
	}()
	if len(src) > condLength {
		return nil, &condError{0, fmt.Sprintf("the condition is longer than %d letters", condLength), "split it over several routes"}
	}
	p.tokens = lex(src)
	c = p.or(0)
	if t := p.peek(); t.kind != tokEnd {
		p.fail(t, fmt.Sprintf("%s is not expected here", t.name()), `join two tests with "and" or "or"`)
	}
	return c, nil
}

// Cond reads a condition over the dialog's facts.
func (d *Dialog) Cond(text string) (*Cond, error) {
	c, failed := parseCond(text, d.facts)
	if failed != nil {
		return nil, fmt.Errorf("the condition %q: %s: %s", text, failed.what, failed.mend)
	}
	return c, nil
}

type tokKind uint8

const (
	tokEnd tokKind = iota
	tokWord
	tokNumber
	tokSign // == != < <= > >= ( ) [ ] ,
)

type token struct {
	kind tokKind
	text string
	at   int
}

func (t token) name() string {
	if t.kind == tokEnd {
		return "the end of the condition"
	}
	return strconv.Quote(t.text)
}

// lex cuts a condition into tokens, the last of which is the end.
func lex(src string) []token {
	var out []token
	rs := []rune(src)
	letter := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_' }
	digit := func(r rune) bool { return r >= '0' && r <= '9' }
	for i := 0; i < len(rs); {
		r, start := rs[i], i
		switch {
		case r == ' ' || r == '\n':
			i++
			continue
		case letter(r):
			for i < len(rs) && (letter(rs[i]) || digit(rs[i]) || rs[i] == '-') {
				i++
			}
			out = append(out, token{tokWord, string(rs[start:i]), start})
		case digit(r) || r == '-' && i+1 < len(rs) && digit(rs[i+1]):
			i++
			for i < len(rs) && (letter(rs[i]) || digit(rs[i]) || rs[i] == '-') {
				i++
			}
			kind := tokNumber
			if _, err := strconv.Atoi(string(rs[start:i])); err != nil {
				kind = tokWord
			}
			out = append(out, token{kind, string(rs[start:i]), start})
		case strings.ContainsRune("()[],", r):
			i++
			out = append(out, token{tokSign, string(r), start})
		case strings.ContainsRune("=!<>", r):
			i++
			if i < len(rs) && rs[i] == '=' {
				i++
			}
			out = append(out, token{tokSign, string(rs[start:i]), start})
		case r == '&' || r == '|':
			word := "and"
			if r == '|' {
				word = "or"
			}
			panic(&condError{start, fmt.Sprintf("%q is not part of a condition", string(r)), fmt.Sprintf("write %q", word)})
		case r == '"' || r == '\'':
			panic(&condError{start, "a quote in a condition", "write the value without quotes"})
		default:
			panic(&condError{start, fmt.Sprintf("%q is not part of a condition", string(r)), condMend})
		}
	}
	return append(out, token{kind: tokEnd, at: len(rs)})
}

const condMend = "a condition is made of ==, !=, <, <=, >, >=, in, known(), and, or, not and parentheses"

type condParser struct {
	tokens []token
	next   int
	facts  map[string]*Fact
}

func (p *condParser) peek() token { return p.tokens[p.next] }

func (p *condParser) take() token {
	t := p.tokens[p.next]
	if t.kind != tokEnd {
		p.next++
	}
	return t
}

func (p *condParser) fail(t token, what, mend string) {
	panic(&condError{t.at, what, mend})
}

func (p *condParser) word(w string) bool {
	if t := p.peek(); t.kind == tokWord && t.text == w {
		p.next++
		return true
	}
	return false
}

func (p *condParser) sign(s string) {
	if t := p.take(); t.kind != tokSign || t.text != s {
		p.fail(t, fmt.Sprintf("%s stands where %q belongs", t.name(), s), "write "+strconv.Quote(s))
	}
}

func (p *condParser) or(depth int) *Cond {
	c := p.and(depth)
	for p.word("or") {
		c = &Cond{Op: CondOr, A: c, B: p.and(depth)}
	}
	return c
}

func (p *condParser) and(depth int) *Cond {
	c := p.not(depth)
	for p.word("and") {
		c = &Cond{Op: CondAnd, A: c, B: p.not(depth)}
	}
	return c
}

func (p *condParser) not(depth int) *Cond {
	t := p.peek()
	if depth > condDepth {
		p.fail(t, "the condition is nested too deeply", "split it over several routes")
	}
	switch {
	case p.word("not"):
		return &Cond{Op: CondNot, A: p.not(depth + 1)}
	case t.kind == tokSign && t.text == "(":
		p.take()
		c := p.or(depth + 1)
		p.sign(")")
		return c
	case t.kind == tokWord && t.text == "known":
		p.take()
		if t := p.peek(); t.kind == tokWord && !reserved(t.text) {
			p.fail(t, "the fact after known needs parentheses", fmt.Sprintf("write %q", "known("+t.text+")"))
		}
		p.sign("(")
		f := p.factName()
		p.sign(")")
		return &Cond{Op: CondKnown, Fact: f}
	}
	return p.test()
}

func (p *condParser) factName() *Fact {
	t := p.take()
	if t.kind != tokWord || reserved(t.text) {
		p.fail(t, t.name()+" stands where a fact belongs", "write the name of a declared fact")
	}
	f, ok := p.facts[t.text]
	if !ok {
		p.fail(t, fmt.Sprintf("unknown fact %q", t.text), suggest(t.text, keys(p.facts)))
	}
	return f
}

func reserved(w string) bool {
	switch w {
	case "and", "or", "not", "in", "known":
		return true
	}
	return false
}

// test reads one comparison. "x in y" with a several y has the constant
// first; everything else begins with a fact.
func (p *condParser) test() *Cond {
	first := p.take()
	if first.kind != tokWord && first.kind != tokNumber || reserved(first.text) {
		p.fail(first, first.name()+" stands where a test belongs", `write a test, as in "age == adult"`)
	}
	if p.word("in") {
		if t := p.peek(); t.kind == tokSign && t.text == "[" {
			p.next -= 2
			return p.inList()
		}
		return p.inSeveral(first)
	}
	p.next--
	f := p.factName()
	op := p.take()
	if f.unread && op.kind == tokSign && strings.ContainsAny(op.text, "=!<>") {
		p.take()
		return &Cond{Op: CondKnown, Fact: f}
	}
	if op.kind != tokSign || !strings.ContainsAny(op.text, "=!<>") {
		p.fail(op, fmt.Sprintf("%s stands where a comparison belongs", op.name()),
			fmt.Sprintf(`compare the fact, as in "%s", or ask "known(%s)"`, example(f), f.Name))
	}
	switch op.text {
	case "=", "!":
		p.fail(op, fmt.Sprintf("%q is not a comparison", op.text), fmt.Sprintf("write %q", op.text+"="))
	}
	switch {
	case f.Type.Counts():
		return p.countTest(f, op)
	case f.Type.OneOf():
		if op.text != "==" && op.text != "!=" {
			p.fail(op, fmt.Sprintf("%q needs a number, and %s is %s", op.text, f.Name, f.Type.noun()), `use ==, != or in`)
		}
		id := p.constOf(f)
		if op.text == "==" {
			return &Cond{Op: CondIs, Fact: f, IDs: []string{id}}
		}
		return &Cond{Op: CondIsNot, Fact: f, IDs: []string{id}}
	default:
		p.fail(op, fmt.Sprintf("%s is %s and cannot be compared with %s", f.Name, f.Type.noun(), op.text), "write "+strconv.Quote(example(f)))
	}
	return nil
}

func (p *condParser) countTest(f *Fact, op token) *Cond {
	t := p.take()
	n, err := strconv.Atoi(t.text)
	if t.kind != tokNumber || err != nil {
		p.fail(t, fmt.Sprintf("%s is %s, and %s is not a whole number", f.Name, f.Type.noun(), t.name()), "write "+strconv.Quote(example(f)))
	}
	if n < f.Min || n > f.Max {
		p.fail(t, fmt.Sprintf("%s never holds %d", f.Name, n), fmt.Sprintf("write a number from %d to %d", f.Min, f.Max))
	}
	ops := map[string]CondOp{"==": CondEqual, "!=": CondUnequal, "<": CondLess, "<=": CondAtMost, ">": CondMore, ">=": CondAtLeast}
	return &Cond{Op: ops[op.text], Fact: f, Number: n}
}

func (p *condParser) inList() *Cond {
	at := p.peek()
	f := p.factName()
	if !f.Type.OneOf() && !f.unread {
		p.fail(at, fmt.Sprintf("%s is %s and cannot stand before in […]", f.Name, f.Type.noun()), "write "+strconv.Quote(example(f)))
	}
	p.word("in")
	p.sign("[")
	c := &Cond{Op: CondIn, Fact: f}
	for {
		c.IDs = append(c.IDs, p.constOf(f))
		if t := p.peek(); t.kind != tokSign || t.text != "," {
			break
		}
		p.take()
	}
	p.sign("]")
	return c
}

func (p *condParser) inSeveral(first token) *Cond {
	at := p.peek()
	_, declared := p.facts[at.text]
	if g, ok := p.facts[first.text]; ok && g.Type.OneOf() && !reserved(at.text) && (at.kind == tokWord || at.kind == tokNumber) &&
		(!declared || !p.facts[at.text].Type.Many()) {
		p.fail(at, "the values after in need brackets", fmt.Sprintf("write %q", fmt.Sprintf("%s in [%s]", g.Name, at.text)))
	}
	f := p.factName()
	if !f.Type.Many() && !f.unread {
		p.fail(at, fmt.Sprintf("%s is %s and holds one value only", f.Name, f.Type.noun()), "write "+strconv.Quote(example(f)))
	}
	p.check(f, first)
	return &Cond{Op: CondHolds, Fact: f, IDs: []string{first.text}}
}

func (p *condParser) constOf(f *Fact) string {
	t := p.take()
	if t.kind != tokWord && t.kind != tokNumber {
		p.fail(t, fmt.Sprintf("%s stands where a value of %s belongs", t.name(), f.Name), allowed(f))
	}
	p.check(f, t)
	return t.text
}

func (p *condParser) check(f *Fact, t token) {
	if !f.unread && !slices.Contains(f.known(), t.text) {
		p.fail(t, fmt.Sprintf("%s never holds %q", f.Name, t.text), allowed(f))
	}
}

// known is the ids a condition may compare the fact with.
func (f *Fact) known() []string {
	if f.Host != "" {
		return f.extra
	}
	return f.Values
}

func allowed(f *Fact) string {
	known := f.known()
	if len(known) == 0 {
		return fmt.Sprintf("its values come from the host and are not known here; ask %q", "known("+f.Name+")")
	}
	if len(known) > 12 {
		return fmt.Sprintf("its values are %s, …", strings.Join(known[:12], ", "))
	}
	return "its values are " + strings.Join(known, ", ")
}

// example is a test of the fact that reads well in a mend.
func example(f *Fact) string {
	value := "value"
	if known := f.known(); len(known) > 0 {
		value = known[0]
	}
	switch {
	case f.Type.Counts():
		return fmt.Sprintf("%s >= %d", f.Name, f.Min+(f.Max-f.Min)/2)
	case f.Type.OneOf():
		return f.Name + " == " + value
	case f.Type.Many():
		return value + " in " + f.Name
	default:
		return "known(" + f.Name + ")"
	}
}

func keys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
