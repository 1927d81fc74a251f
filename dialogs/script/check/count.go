package check

import "math/big"

// counter holds, for each step, literals that say that at least so many
// questions were asked before it, in one digit a question. Counts that every
// path or no path comes to need none.
type counter struct {
	low, high []int   // by step, over the graph
	above     [][]lit // by step: [k] for at least low+k+1
	end       int     // behind the last step
}

type edge struct {
	lit    lit
	from   int
	counts int
}

// roomy is how many literals the counters may need.
const roomy = 150_000

// counted adds the counters to the formula, or only finds their bounds where
// there would be too many.
func (m *model) counted() (c *counter, exact bool) {
	end := len(m.d.Steps)
	c = &counter{low: make([]int, end+1), high: make([]int, end+1), above: make([][]lit, end+1), end: end}
	into := make([][]edge, end+1)
	size := 0
	bound := func(step int) {
		if step == 0 {
			return
		}
		c.low[step] = 1 << 30
		for _, e := range into[step] {
			c.low[step] = min(c.low[step], c.low[e.from]+e.counts)
			c.high[step] = max(c.high[step], c.high[e.from]+e.counts)
		}
		size += max(0, c.high[step]-c.low[step])
	}
	for _, s := range m.order {
		n := &m.nodes[s.Index]
		if n.passed == m.no() {
			continue
		}
		bound(s.Index)
		to := make(map[[2]int][]lit)
		var keys [][2]int
		for _, o := range n.outs {
			if o.lit == m.no() || o.to < 0 {
				continue
			}
			key := [2]int{o.to, 0}
			if o.kind.counts() {
				key[1] = 1
			}
			if to[key] == nil {
				keys = append(keys, key)
			}
			to[key] = append(to[key], o.lit)
		}
		for _, key := range keys {
			into[key[0]] = append(into[key[0]], edge{m.or(to[key]...), s.Index, key[1]})
		}
		if len(n.outs) == 0 {
			into[end] = append(into[end], edge{n.passed, s.Index, 0})
		}
	}
	bound(end)
	if size > roomy {
		return c, false
	}
	for _, s := range m.order {
		if s.Index != 0 && m.nodes[s.Index].passed != m.no() {
			m.count(c, s.Index, into[s.Index])
		}
	}
	m.count(c, end, into[end])
	return c, true
}

func (m *model) count(c *counter, step int, into []edge) {
	for k := c.low[step] + 1; k <= c.high[step]; k++ {
		if len(into) == 1 {
			c.above[step] = append(c.above[step], m.atLeast(c, into[0].from, k-into[0].counts))
			continue
		}
		x := m.sat.derived()
		for _, e := range into {
			before := m.atLeast(c, e.from, k-e.counts)
			m.sat.add(e.lit.not(), before.not(), x)
			m.sat.add(e.lit.not(), before, x.not())
		}
		c.above[step] = append(c.above[step], x)
	}
}

// atLeast holds when a path that comes to the step was asked k questions.
func (m *model) atLeast(c *counter, step, k int) lit {
	switch {
	case k <= c.low[step]:
		return m.yes
	case k > c.high[step]:
		return m.no()
	default:
		return c.above[step][k-c.low[step]-1]
	}
}

// extremes is the longest and the shortest path found, and what was proven:
// no path asks more, or fewer.
func (m *model) extremes(hurry bool) (longest, shortest *path, most, fewest int) {
	c, exact := m.counted()
	if !exact {
		return nil, nil, c.high[c.end], c.low[c.end]
	}
	if hurry {
		m.once = m.once / 20
	}
	longest, most = m.longest(c)
	shortest, fewest = m.shortest(c)
	return longest, shortest, most, fewest
}

// longest finds the path with the most questions, or the fewest. It returns
// the best path found and what was proven: no path has more, or fewer.
func (m *model) longest(c *counter) (best *path, bound int) {
	best, found := m.find(m.atLeast(c, c.end, c.high[c.end]))
	if found == satisfiable {
		return best, c.high[c.end]
	}
	return m.narrow(c.low[c.end], c.high[c.end], func(k int) lit { return m.atLeast(c, c.end, k) }, found == unsatisfiable)
}

func (m *model) shortest(c *counter) (best *path, bound int) {
	best, found := m.find(m.atLeast(c, c.end, c.low[c.end]+1).not())
	if found == satisfiable {
		return best, c.low[c.end]
	}
	best, bound = m.narrow(-c.high[c.end], -c.low[c.end], func(k int) lit { return m.atLeast(c, c.end, 1-k).not() }, found == unsatisfiable)
	return best, -bound
}

// narrow finds the greatest k from low to high for which a path exists, by
// halves; high is known to be out of reach when excluded says so.
func (m *model) narrow(low, high int, with func(k int) lit, excluded bool) (best *path, bound int) {
	bound = high
	if excluded {
		bound--
	}
	reach := low - 1
	ceiling := bound // of what is worth trying
	for reach < ceiling {
		k := (reach + ceiling + 1) / 2
		if reach < low {
			k = max(low, k)
		}
		p, found := m.find(with(k))
		switch found {
		case satisfiable:
			best = p
			reach = k
		case unsatisfiable:
			ceiling, bound = k-1, k-1
		default:
			ceiling = k - 1
		}
	}
	return best, bound
}

// paths counts the ways through the dialog over the graph: an answer counts
// as another way where it leads to another step.
func (m *model) paths() string {
	n := make([]big.Int, len(m.d.Steps))
	for i := len(m.order) - 1; i >= 0; i-- {
		s := m.order[i]
		seen := make(map[int]bool)
		for _, o := range m.nodes[s.Index].outs {
			if o.to >= 0 && o.lit != m.no() && !seen[o.to] {
				seen[o.to] = true
				n[s.Index].Add(&n[s.Index], &n[o.to])
			}
		}
		if len(seen) == 0 {
			n[s.Index].SetInt64(1)
		}
	}
	if n[0].IsInt64() && n[0].Int64() < 1_000_000 {
		return n[0].String()
	}
	return new(big.Float).SetInt(&n[0]).Text('e', 1)
}
