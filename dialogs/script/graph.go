package script

import (
	"fmt"
	"slices"
	"strings"
)

// missEdges adds where a dialog's `misses` lead from each question that does
// not say so itself. A question that lies behind that place is left out: it
// is asked again without end, where another miss would lead in a circle.
func (c *compiler) missEdges() {
	type way struct {
		after, to int
		pos       pos
	}
	var ways []way
	asks := make(map[way][]int)
	for i, s := range c.d.Steps {
		if !s.Question() || s.MissAfter > 0 {
			continue
		}
		for sc := c.from[i].scope; sc != nil; sc = sc.caller {
			if sc.d.misses == nil {
				continue
			}
			if to := c.target(sc, sc.d.misses.to); to >= 0 {
				w := way{sc.d.misses.after, to, sc.d.misses.to.pos}
				if asks[w] == nil {
					ways = append(ways, w)
				}
				asks[w] = append(asks[w], i)
			}
			break
		}
	}
	for _, w := range ways {
		behind := c.reach(w.to)
		for _, i := range asks[w] {
			if !behind[i] {
				c.d.Steps[i].MissAfter, c.d.Steps[i].MissTo = w.after, w.to
				c.link(i, w.to, w.pos)
			}
		}
	}
}

// reach marks the steps that can follow one, itself included.
func (c *compiler) reach(from int) []bool {
	seen := make([]bool, len(c.d.Steps))
	stack := []int{from}
	for len(stack) > 0 {
		i := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[i] {
			continue
		}
		seen[i] = true
		for _, e := range c.edges[i] {
			stack = append(stack, e.to)
		}
	}
	return seen
}

// graph refuses circles and steps that nothing leads to, ranks the steps, and
// counts the longest path.
func (c *compiler) graph() {
	if !c.rank() {
		return
	}
	seen := c.reach(0)
	for i, s := range c.d.Steps {
		if src := c.from[i]; !seen[i] && src.scope.caller == nil {
			c.root.report(src.raw.id.pos, fmt.Sprintf("nothing leads to the step %s", s.ID), "lead to it with `go`, or delete it")
		}
	}
	for rank := len(c.d.order) - 1; rank >= 0; rank-- {
		i := c.d.order[rank]
		s := c.d.Steps[i]
		for _, e := range c.edges[i] {
			s.Most = max(s.Most, c.d.Steps[e.to].Most)
		}
		if s.Question() {
			s.Most++
		}
	}
	c.d.Longest = c.d.Steps[0].Most
	c.writers()
}

// rank sorts the steps so that each comes before those it goes on to. It
// reports circles and whether there was none.
func (c *compiler) rank() bool {
	const (
		fresh = iota
		open
		done
	)
	state := make([]uint8, len(c.d.Steps))
	var trail []int
	whole := true
	order := make([]int, 0, len(c.d.Steps))
	var visit func(i int)
	visit = func(i int) {
		state[i] = open
		trail = append(trail, i)
		for _, e := range c.edges[i] {
			switch state[e.to] {
			case fresh:
				visit(e.to)
			case open:
				whole = false
				c.circle(trail[slices.Index(trail, e.to):], e)
			}
		}
		trail = trail[:len(trail)-1]
		state[i] = done
		order = append(order, i)
	}
	for i := range c.d.Steps {
		if state[i] == fresh {
			visit(i)
		}
	}
	slices.Reverse(order)
	c.d.order = order
	for rank, i := range order {
		c.d.Steps[i].Rank = rank
	}
	return whole
}

// circle reports steps that lead back to the first of them. A circle within
// a called dialog is told where that dialog stands.
func (c *compiler) circle(steps []int, closing edge) {
	last := steps[len(steps)-1]
	sc := c.from[last].scope
	if c.d.Steps[last].Op == Return {
		sc = sc.caller
	}
	var ids []string
	for _, i := range append(slices.Clone(steps), closing.to) {
		ids = append(ids, c.d.Steps[i].ID)
	}
	if len(ids) > 12 {
		ids = append(append(slices.Clone(ids[:6]), "…"), ids[len(ids)-5:]...)
	}
	c.tell(sc, closing.pos, fmt.Sprintf("the steps go in a circle: %s", strings.Join(ids, " → ")),
		"lead on to a later step; a question is asked again by itself, and answers are changed in a review")
}

// writers notes, for each fact, the last step that can set it.
func (c *compiler) writers() {
	note := func(f *Fact, s *Step) {
		if f != nil {
			f.lastSet = max(f.lastSet, s.Rank)
		}
	}
	for _, s := range c.d.Steps {
		note(s.Into, s)
		note(s.OwnInto, s)
		for _, set := range s.Sets {
			note(set.Fact, s)
		}
	}
}
