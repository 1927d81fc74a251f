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
	Op     CondOp
	Fact   *Fact    // of a test
	IDs    []string // that it is compared with
	Number int      // that it is compared with
	A, B   *Cond    // joined by and, or; not has A alone
}

// CondOp is what a condition, or one part of it, does.
type CondOp uint8

const (
	CondOr CondOp = iota
	CondAnd
	CondNot
	CondKnown
	CondIs    // the text is IDs[0]
	CondIsNot // the text is set, and is not IDs[0]
	CondIn    // the text is one of IDs
	CondHolds // the several holds IDs[0]
	CondEqual // the rest compare numbers
	CondUnequal
	CondLess
	CondAtMost
	CondMore
	CondAtLeast
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
	switch c.Op {
	case CondOr:
		return c.A.Holds(values) || c.B.Holds(values)
	case CondAnd:
		return c.A.Holds(values) && c.B.Holds(values)
	case CondNot:
		return !c.A.Holds(values)
	default:
		return c.test(values[c.Fact.Slot])
	}
}

// Decide evaluates the condition where facts that a step of this rank or a
// higher one may set are open, and those that must never appear in a chat.
func (c *Cond) Decide(values []Value, rank int) Truth {
	switch c.Op {
	case CondOr, CondAnd:
		decisive := True
		if c.Op == CondAnd {
			decisive = False
		}
		a := c.A.Decide(values, rank)
		if a == decisive {
			return a
		}
		b := c.B.Decide(values, rank)
		switch {
		case b == decisive:
			return b
		case a == Open || b == Open:
			return Open
		default:
			return a
		}
	case CondNot:
		switch c.A.Decide(values, rank) {
		case True:
			return False
		case False:
			return True
		default:
			return Open
		}
	default:
		if c.Fact.lastSet >= rank || c.Fact.quiet {
			return Open
		}
		if c.test(values[c.Fact.Slot]) {
			return True
		}
		return False
	}
}

func (c *Cond) test(v Value) bool {
	if !v.Set {
		return false
	}
	switch c.Op {
	case CondKnown:
		return true
	case CondIs:
		return v.Text == c.IDs[0]
	case CondIsNot:
		return v.Text != c.IDs[0]
	case CondIn:
		return slices.Contains(c.IDs, v.Text)
	case CondHolds:
		return v.Has(c.IDs[0])
	case CondEqual:
		return v.Number == c.Number
	case CondUnequal:
		return v.Number != c.Number
	case CondLess:
		return v.Number < c.Number
	case CondAtMost:
		return v.Number <= c.Number
	case CondMore:
		return v.Number > c.Number
	default:
		return v.Number >= c.Number
	}
}
