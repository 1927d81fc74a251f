package script

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// LockFile holds the ids that were released, beside the folder of dialogs.
const LockFile = "dialogs.lock"

// gone is written under `moved` in place of a new id where a step, an answer
// or a fact of an earlier release has no successor: what was said there is
// kept aside.
const gone = "gone"

// Lock is the ids of dialogs and lists that were released: open conversations
// and stored records may hold them.
type Lock struct {
	Dialogs map[string]LockedDialog `yaml:"dialogs"`
	Lists   map[string][]string     `yaml:"lists"`
}

// LockedDialog is what was released of one dialog.
type LockedDialog struct {
	Steps map[string][]string `yaml:"steps"` // steps that something may be recorded at: their answers
	Facts []string            `yaml:"facts"`
}

// ReadLock reads a lock file. One that names no dialogs, or says nothing of a
// dialog that it names, would let every change pass, and is refused.
func ReadLock(data []byte) (*Lock, error) {
	const mend = "take it back from where your content is kept, or delete it, and write it anew: anteroom check -release"
	r := reader{file: LockFile}
	if r.open(data); len(r.problems) > 0 {
		return nil, Problem{r.problems[0].Place, "the file cannot be read: " + r.problems[0].What, mend}
	}
	var l Lock
	dec, err := yaml.NewLoader(bytes.NewReader(data), yaml.WithKnownFields())
	if err == nil {
		err = dec.Load(&l)
	}
	if err != nil {
		return nil, Problem{Place{File: LockFile}, "the file cannot be read: something stands there that a release never writes", mend}
	}
	if l.Dialogs == nil {
		return nil, Problem{Place{File: LockFile}, "nothing stands under `dialogs`", mend}
	}
	for _, name := range keys(l.Dialogs) {
		if l.Dialogs[name].Steps == nil {
			return nil, Problem{Place{File: LockFile}, fmt.Sprintf("nothing stands under `steps` of %q", name), mend}
		}
	}
	return &l, nil
}

// Release is the lock of the library as it stands. What was released before
// stays in it: a conversation may be older than one release.
func (l *Library) Release(before *Lock) *Lock {
	out := &Lock{Dialogs: map[string]LockedDialog{}, Lists: map[string][]string{}}
	merge := func(old, now []string) []string {
		all := append(slices.Clone(old), now...)
		slices.Sort(all)
		return slices.Compact(all)
	}
	if before != nil {
		for name, d := range before.Dialogs {
			out.Dialogs[name] = d
		}
		for name, ids := range before.Lists {
			out.Lists[name] = ids
		}
	}
	for name, d := range l.dialogs {
		old := out.Dialogs[name]
		now := LockedDialog{Steps: map[string][]string{}, Facts: old.Facts}
		for id, answers := range old.Steps {
			now.Steps[id] = answers
		}
		for _, s := range d.Steps {
			if s.Home == name && s.recorded() {
				now.Steps[s.ID] = merge(now.Steps[s.ID], s.own())
			}
		}
		for _, f := range d.Facts {
			if f.Home == name {
				now.Facts = merge(now.Facts, []string{f.Name})
			}
		}
		out.Dialogs[name] = now
	}
	for name, list := range l.lists {
		out.Lists[name] = merge(out.Lists[name], list.ids())
	}
	return out
}

// recorded reports whether something may be recorded at the step.
func (s *Step) recorded() bool { return s.Question() || s.Op == Do || s.Op == Wait }

// own is the answers that the step itself spells out.
func (s *Step) own() []string {
	if s.options == nil || len(s.labels) == 0 {
		return nil
	}
	return optionNames(s.options)
}

// Bytes is the lock as a file.
func (l *Lock) Bytes() []byte {
	var b strings.Builder
	b.WriteString("# What was released. `anteroom check` holds every change against it; write it\n# anew with `anteroom check -release` when you release. Never edit it by hand.\n")
	line := func(indent, key string, ids []string) {
		fmt.Fprintf(&b, "%s%q: [", indent, key)
		for i, id := range ids {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "%q", id)
		}
		b.WriteString("]\n")
	}
	b.WriteString("dialogs:\n")
	for _, name := range keys(l.Dialogs) {
		d := l.Dialogs[name]
		fmt.Fprintf(&b, "  %q:\n    steps:", name)
		if len(d.Steps) == 0 {
			b.WriteString(" {}")
		}
		b.WriteString("\n")
		for _, id := range keys(d.Steps) {
			line("      ", id, d.Steps[id])
		}
		line("    ", "facts", d.Facts)
	}
	b.WriteString("lists:\n")
	for _, name := range keys(l.Lists) {
		line("  ", name, l.Lists[name])
	}
	return []byte(b.String())
}

// Broken is what was released and is neither there nor said to have moved.
func (l *Library) Broken(lock *Lock) []Problem {
	var out Problems
	missing := func(at Place, what, mend string) { out = append(out, Problem{at, what, mend}) }
	for _, name := range keys(lock.Dialogs) {
		was := lock.Dialogs[name]
		d, ok := l.dialogs[name]
		if !ok {
			if len(was.Steps) > 0 {
				missing(Place{File: "dialogs"}, fmt.Sprintf("the dialog %s was released and is gone", name), "bring it back: somebody may be in the middle of it")
			}
			continue
		}
		for _, id := range keys(was.Steps) {
			now := id
			if to, ok := d.Moved.Steps[id]; ok {
				now = to
			}
			s, ok := d.Step(now)
			switch {
			case !ok && d.gone["steps "+id]:
				continue
			case !ok:
				missing(d.At, fmt.Sprintf("the step %s was released and is gone", id),
					fmt.Sprintf("write `moved: {steps: {%s: NEW}}`, or `%s: gone` to keep its answers aside", id, id))
				continue
			}
			for _, answer := range was.Steps[id] {
				if !s.knows(answer, d) {
					missing(s.At, fmt.Sprintf("the answer %q of %s was released and is gone", answer, now),
						fmt.Sprintf("write `moved: {answers: {%s: {%s: NEW}}}`, or `%s: gone` to ask again", now, answer, answer))
				}
			}
		}
		for _, f := range was.Facts {
			if _, ok := d.facts[f]; !ok && d.Moved.Facts[f] == "" && !d.gone["facts "+f] {
				missing(d.At, fmt.Sprintf("the fact %s was released and is gone", f),
					fmt.Sprintf("write `moved: {facts: {%s: NEW}}`, or `%s: gone`", f, f))
			}
		}
	}
	for _, name := range keys(lock.Lists) {
		list, ok := l.lists[name]
		if !ok {
			missing(Place{File: "lists"}, fmt.Sprintf("the list %s was released and is gone", name), "bring it back: stored answers are named by it")
			continue
		}
		for _, id := range lock.Lists[name] {
			if _, ok := list.Find(id); !ok && list.Moved[id] == "" {
				missing(list.At, fmt.Sprintf("the option %q was released and is gone", id),
					fmt.Sprintf("write `moved: {%s: NEW}`, or `%s: gone` to ask again", id, id))
			}
		}
	}
	return out.sorted()
}

// knows reports whether a released answer of the step still counts, moved, or
// is said to be gone.
func (s *Step) knows(answer string, d *Dialog) bool {
	if s.options == nil {
		return true // the question is of another kind now; what does not fit is kept aside
	}
	if _, ok := s.options.Find(answer); ok {
		return true
	}
	_, moved := d.Moved.Answers[s.ID][answer]
	return moved || d.gone["answers "+s.ID+" "+answer]
}
