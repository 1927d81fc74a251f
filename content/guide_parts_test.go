package content_test

import (
	"slices"
	"strings"
	"testing"
)

// block is a key of a file with the lines that belong to it.
type block struct {
	name string
	own  string // its line, and those below it that are no keys
	kids []*block
}

// blocks cuts a file into its keys, as far down as keys of steps.
func blocks(text string, depth int) (head string, all []*block) {
	indent := strings.Repeat("  ", depth)
	for line := range strings.Lines(text) {
		rest, ok := strings.CutPrefix(line, indent)
		name, _, key := strings.Cut(rest, ":")
		switch {
		case ok && key && name != "" && !strings.ContainsAny(name[:1], " -#"):
			all = append(all, &block{name: name, own: line})
		case len(all) == 0:
			head += line
		default:
			all[len(all)-1].own += line
		}
	}
	for _, b := range all {
		if depth == 0 && slices.Contains([]string{"given", "facts", "steps"}, b.name) || depth == 1 {
			first, rest, _ := strings.Cut(b.own, "\n")
			inside, kids := blocks(rest, depth+1)
			b.own, b.kids = first+"\n"+inside, kids
		}
	}
	return head, all
}

func (b *block) String() string {
	s := b.own
	for _, k := range b.kids {
		s += k.String()
	}
	return s
}

// merged is a file with a part of it taken over: keys that stand there are
// replaced, new ones added, new steps before the step named.
func merged(t *testing.T, where, file, part, before string) string {
	t.Helper()
	head, top := blocks(file, 0)
	_, more := blocks(part, 0)
	find := func(in []*block, name string) int {
		return slices.IndexFunc(in, func(b *block) bool { return b.name == name })
	}
	for _, m := range more {
		at := find(top, m.name)
		switch {
		case at < 0:
			top = slices.Insert(top, find(top, "steps"), m)
			continue
		case len(m.kids) == 0:
			top[at] = m
			continue
		}
		for _, k := range m.kids {
			old := find(top[at].kids, k.name)
			switch {
			case old >= 0 && len(k.kids) > 0:
				keys := &top[at].kids[old].kids
				for _, key := range k.kids {
					if i := find(*keys, key.name); i >= 0 {
						(*keys)[i] = key
					} else {
						*keys = append(*keys, key)
					}
				}
			case old >= 0:
				top[at].kids[old] = k
			case m.name == "steps":
				to := find(top[at].kids, before)
				if to < 0 {
					t.Fatalf("%s: there is no step %s", where, before)
				}
				top[at].kids = slices.Insert(top[at].kids, to, k)
			default:
				top[at].kids = append(top[at].kids, k)
			}
		}
	}
	var b strings.Builder
	b.WriteString(head)
	for _, t := range top {
		b.WriteString(t.String())
	}
	return b.String()
}
