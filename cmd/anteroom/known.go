package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"anteroom/bot"
	"anteroom/dialogs/script"
)

// unknown is what scripts ask of the service that it does not know, and what it
// looks for in them and does not find: a misspelt alert would alert nobody.
func unknown(lib *script.Library, c bot.Contract) []finding {
	k := &knower{c: c, told: map[string]bool{}}
	for _, name := range lib.Names() {
		d, _ := lib.Dialog(name)
		for _, s := range d.Steps {
			k.step(s)
		}
		if slices.Contains(c.Entries, name) || !called(lib, name) {
			k.givens(d, append(slices.Clone(c.Given), c.Params[name]...))
		}
		k.read(d, c.Facts[name])
		if known, ok := c.Outcomes[name]; ok {
			for _, s := range d.Steps {
				if s.Op == script.Finish && !slices.Contains(known, s.Name) {
					k.tell(s.At, fmt.Sprintf("the service does not know what to do when %s ends as %q", name, s.Name), "it knows "+strings.Join(known, ", "))
				}
			}
		}
	}
	return k.found
}

func called(lib *script.Library, name string) bool {
	for _, n := range lib.Names() {
		d, _ := lib.Dialog(n)
		if slices.ContainsFunc(d.Steps, func(s *script.Step) bool { return s.Op == script.Call && s.Name == name }) {
			return true
		}
	}
	return false
}

type knower struct {
	c     bot.Contract
	told  map[string]bool
	found []finding
}

// tell says each thing once: a called dialog stands in each that calls it.
func (k *knower) tell(at script.Place, what, mend string) {
	if key := at.String() + what; !k.told[key] {
		k.told[key] = true
		k.found = append(k.found, finding{Rule: "service", Serious: true, At: at, What: what, Mend: mend})
	}
}

func (k *knower) step(s *script.Step) {
	switch s.Op {
	case script.Alert:
		if !slices.Contains(k.c.Alerts, s.Name) {
			k.tell(s.At, fmt.Sprintf("nobody is told of %q: the service knows no such alert", s.Name), "it knows "+strings.Join(k.c.Alerts, ", "))
		}
	case script.Do:
		call, ok := k.c.Calls[s.Name]
		if !ok {
			k.tell(s.At, fmt.Sprintf("the service cannot do %q, and the conversation would wait here for ever", s.Name),
				"it can do "+strings.Join(slices.Sorted(maps.Keys(k.c.Calls)), ", "))
			return
		}
		for _, r := range call.Results {
			if s.Into == nil {
				continue
			}
			if _, ok := s.Into.Parse(r); !ok {
				k.tell(s.At, fmt.Sprintf("%s may bring %q, and %s cannot hold it", s.Name, r, s.Into.Name), "write it under `of` at "+s.Into.At.String())
			}
		}
	}
	if s.Host != "" && !slices.Contains(k.c.Lists, s.Host) {
		k.tell(s.Into.At, fmt.Sprintf("the service has no list %q", s.Host), "it has "+strings.Join(k.c.Lists, ", ")+"; a list of your own is `of: {list: NAME}`")
	}
}

// givens checks what the texts of a dialog ask for.
func (k *knower) givens(d *script.Dialog, known []string) {
	for _, p := range d.Phrases() {
		for _, seg := range p.In(d.Language) {
			if seg.Kind == script.GivenHere && !slices.ContainsFunc(known, func(name string) bool {
				kind, all := strings.CutSuffix(name, "*")
				return seg.Text == name || all && strings.HasPrefix(seg.Text, kind)
			}) {
				k.tell(p.At, fmt.Sprintf("nothing fills {%s} in here", seg.Text), "what can be filled in: "+strings.Join(known, ", "))
			}
		}
	}
}

// read checks the facts that the service reads when a dialog has come so far.
func (k *knower) read(d *script.Dialog, facts map[string][]string) {
	for _, name := range slices.Sorted(maps.Keys(facts)) {
		f, ok := d.Fact(name)
		if !ok {
			k.tell(d.At, fmt.Sprintf("the service reads the fact %s of %s, which is not declared", name, d.Name), "bring it back: what it holds would be lost")
			continue
		}
		for _, answer := range facts[name] {
			if _, holds := f.Parse(answer); !holds {
				k.tell(f.At, fmt.Sprintf("the service looks for %q in %s, which cannot hold it", answer, name), "call the answer so: under another id it would not be noticed")
			}
		}
	}
}
