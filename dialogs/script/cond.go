package script

import "slices"

// Cond is a compiled condition over facts. The grammar is closed, so that a
// program can decide it:
//
//	cond   = and { "or" and }
//	and    = not { "and" not }
//	not    = "not" not | "(" cond ")" | "known" "(" fact ")" | test
//	test   = fact ( "==" | "!=" ) const          choice, country, number, scale, money
//	       | fact ( "<" | "<=" | ">" | ">=" ) number
//	       | fact "in" "[" const { "," const } "]"   choice, country
//	       | const "in" fact                     several
//
// A comparison with a fact that is not known is false, != included.
type Cond struct {
	op     condOp
	fact   *Fact
	ids    []string
	number int
	a, b   *Cond
}

type condOp uint8

const (
	opOr condOp = iota
	opAnd
	opNot
	opKnown
	opIs    // the text is ids[0]
	opIsNot // the text is set, and is not ids[0]
	opIn    // the text is one of ids
	opHolds // the several holds ids[0]
	opEqual // the rest compare numbers
	opUnequal
	opLess
	opAtMost
	opMore
	opAtLeast
)

// Truth is what can be said of a condition while some facts may still change.
type Truth uint8

const (
	False Truth = iota
	True
	Open // depends on what is not settled yet
)

// Holds evaluates the condition over the values of a walk.
func (c *Cond) Holds(values []Value) bool {
	switch c.op {
	case opOr:
		return c.a.Holds(values) || c.b.Holds(values)
	case opAnd:
		return c.a.Holds(values) && c.b.Holds(values)
	case opNot:
		return !c.a.Holds(values)
	default:
		return c.test(values[c.fact.Slot])
	}
}

// Decide evaluates the condition where facts that a step of this rank or a
// higher one may set are open.
func (c *Cond) Decide(values []Value, rank int) Truth {
	switch c.op {
	case opOr, opAnd:
		decisive := True
		if c.op == opAnd {
			decisive = False
		}
		a := c.a.Decide(values, rank)
		if a == decisive {
			return a
		}
		b := c.b.Decide(values, rank)
		switch {
		case b == decisive:
			return b
		case a == Open || b == Open:
			return Open
		default:
			return a
		}
	case opNot:
		switch c.a.Decide(values, rank) {
		case True:
			return False
		case False:
			return True
		default:
			return Open
		}
	default:
		if c.fact.lastSet >= rank {
			return Open
		}
		if c.test(values[c.fact.Slot]) {
			return True
		}
		return False
	}
}

func (c *Cond) test(v Value) bool {
	if !v.Set {
		return false
	}
	switch c.op {
	case opKnown:
		return true
	case opIs:
		return v.Text == c.ids[0]
	case opIsNot:
		return v.Text != c.ids[0]
	case opIn:
		return slices.Contains(c.ids, v.Text)
	case opHolds:
		return v.Has(c.ids[0])
	case opEqual:
		return v.Number == c.number
	case opUnequal:
		return v.Number != c.number
	case opLess:
		return v.Number < c.number
	case opAtMost:
		return v.Number <= c.number
	case opMore:
		return v.Number > c.number
	default:
		return v.Number >= c.number
	}
}
