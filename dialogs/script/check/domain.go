package check

import (
	"slices"
	"strconv"
	"strings"

	"anteroom/dialogs/script"
)

// domain is what the readers of a fact can tell apart. Its marks are boolean:
// mark 0 says that the fact is set; the others hold for the classes of a
// single value, or for the ids of a several. A fact that nobody reads has no
// domain, and nothing of it enters the formula.
type domain struct {
	fact  *script.Fact
	marks int
	class map[string]int // of an id: its mark
	cuts  []int          // of a number: where each class begins
	one   []string       // by mark: a value of that class
	many  int            // of a several: the mark of two or more; 0 when nobody asks
	rest  string         // of a several: an id without a mark of its own
}

// ownWords is what is typed where any words will do.
const ownWords = "words of my own"

// other stands for an id that a host's list brings and no script names.
const other = "from-the-host"

// reading collects who reads a fact, and how closely.
type reading struct {
	fact *script.Fact
	sets [][]string // ids that a condition takes together
	cuts []int      // where a condition parts numbers
	each bool       // every id counts
	size bool       // one or several counts
}

func (r *reading) cut(at int) {
	if at > r.fact.Min && at <= r.fact.Max && !slices.Contains(r.cuts, at) {
		r.cuts = append(r.cuts, at)
	}
}

// readings finds the readers of every fact that matters to a proof.
func readings(d *script.Dialog, opts *Options) map[*script.Fact]*reading {
	all := make(map[*script.Fact]*reading)
	of := func(f *script.Fact) *reading {
		if all[f] == nil {
			all[f] = &reading{fact: f}
		}
		return all[f]
	}
	named := func(names []string) {
		for _, name := range names {
			if f, ok := d.Fact(name); ok {
				of(f).each = true
			}
		}
	}
	if d.Consent != nil {
		of(d.Consent)
	}
	for _, f := range d.Needs {
		of(f)
	}
	for _, s := range d.Steps {
		for _, f := range s.Needs {
			of(f)
		}
		for _, r := range s.Routes {
			tests(r.When, func(c *script.Cond) { of(c.Fact).test(c) })
		}
		if s.From != nil {
			r := of(s.From)
			r.each, r.size = true, true
		}
		for _, p := range texts(s) {
			for _, seg := range p.In("") {
				if seg.Kind == script.FactHere {
					of(d.Facts[seg.Slot])
				}
			}
		}
		if s.Op != script.Do {
			continue
		}
		call := opts.Host.Calls[s.Name]
		if call.When != nil && s.Into != nil {
			for _, v := range s.Into.Values {
				tests(call.When(d, v), func(c *script.Cond) { of(c.Fact).test(c) })
			}
		}
		if call.Decide != nil {
			named(call.Reads)
			if s.Into != nil {
				of(s.Into).each = true
			}
		}
		for _, c := range opts.Conclusions {
			if c.Call == s.Name {
				named(c.Reads)
			}
		}
	}
	return all
}

func (r *reading) test(c *script.Cond) {
	switch c.Op {
	case script.CondIs, script.CondIsNot, script.CondIn, script.CondHolds:
		r.sets = append(r.sets, c.IDs)
	case script.CondEqual, script.CondUnequal:
		r.cut(c.Number)
		r.cut(c.Number + 1)
	case script.CondLess, script.CondAtLeast:
		r.cut(c.Number)
	case script.CondMore, script.CondAtMost:
		r.cut(c.Number + 1)
	}
}

// texts is what a step lets the person read, but for its buttons.
func texts(s *script.Step) []*script.Phrase {
	all := slices.Clone(s.Say)
	for _, p := range []*script.Phrase{s.Ask, s.Why, s.Again, s.Pick} {
		if p != nil {
			all = append(all, p)
		}
	}
	return all
}

// tests calls f for every test of a condition.
func tests(c *script.Cond, f func(*script.Cond)) {
	if c == nil {
		return
	}
	switch c.Op {
	case script.CondOr, script.CondAnd:
		tests(c.A, f)
		tests(c.B, f)
	case script.CondNot:
		tests(c.A, f)
	default:
		f(c)
	}
}

// most is how many values of a number are told apart one by one where a host
// call reads it.
const most = 64

func (r *reading) domain() *domain {
	f := r.fact
	d := &domain{fact: f, marks: 1, one: []string{sample(f)}}
	mark := func(value string) int {
		d.one = append(d.one, value)
		d.marks++
		return d.marks - 1
	}
	switch {
	case f.Type.OneOf() && (r.each || len(r.sets) > 0):
		d.class = make(map[string]int)
		like := make(map[string]int)
		ids := f.Values
		if f.Host != "" {
			ids = []string{other}
			for _, set := range r.sets {
				ids = append(ids, set...)
			}
		}
		for _, id := range ids {
			if _, seen := d.class[id]; seen {
				continue
			}
			key := id
			if !r.each {
				key = ""
				for _, set := range r.sets {
					key += strconv.FormatBool(slices.Contains(set, id))
				}
			}
			if like[key] == 0 {
				like[key] = mark(id)
			}
			d.class[id] = like[key]
		}
	case f.Type.Many() && (r.each || r.size || len(r.sets) > 0):
		d.class = make(map[string]int)
		for _, id := range f.Values {
			named := r.each || r.size
			for _, set := range r.sets {
				named = named || slices.Contains(set, id)
			}
			if named {
				d.class[id] = mark(id)
			} else if d.rest == "" {
				d.rest = id
			}
		}
		if f.Host != "" {
			d.rest = other
			for _, set := range r.sets {
				for _, id := range set {
					if d.class[id] == 0 {
						d.class[id] = mark(id)
					}
				}
			}
		}
		if r.size {
			d.many = mark("")
		}
	case f.Type.Counts():
		if r.each && f.Max-f.Min < most {
			for n := f.Min; n <= f.Max; n++ {
				r.cut(n)
			}
		}
		if len(r.cuts) == 0 {
			break
		}
		slices.Sort(r.cuts)
		d.cuts = append([]int{f.Min}, r.cuts...)
		for _, n := range d.cuts {
			mark(strconv.Itoa(n))
		}
	}
	return d
}

// sample is some value that a fact can have.
func sample(f *script.Fact) string {
	switch {
	case f.Host != "":
		return other
	case len(f.Values) > 0:
		return f.Values[0]
	case f.Type.Counts():
		return strconv.Itoa(f.Min)
	case f.Type == script.Date:
		return "2026-03-03"
	case f.Type == script.Contact:
		return "555 0100 22"
	default:
		return ownWords[:min(len(ownWords), f.Max)]
	}
}

// interval is the mark of a number.
func (d *domain) interval(n int) int {
	at, found := slices.BinarySearch(d.cuts, n)
	if found {
		at++
	}
	return at // marks of numbers begin at 1
}

// holding is the marks that a value has, mark 0 among them.
func (d *domain) holding(v script.Value) []bool {
	on := make([]bool, d.marks)
	on[0] = true
	switch {
	case d.fact.Type.Many():
		n := 0
		for id := range strings.SplitSeq(v.Text, ",") {
			n++
			if at, ok := d.class[id]; ok {
				on[at] = true
			}
		}
		if d.many > 0 {
			on[d.many] = n > 1
		}
	case d.fact.Type.OneOf():
		if at, ok := d.class[v.Text]; ok {
			on[at] = true
		}
	case d.fact.Type.Counts() && len(d.cuts) > 0:
		on[d.interval(v.Number)] = true
	}
	return on
}
