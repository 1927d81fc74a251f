package check

import (
	"fmt"
	"strings"
	"time"

	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

// replays checks that the engine goes where the formula says, step by step. A
// dialog that needs facts from its caller cannot be begun alone; it is
// replayed within those. Nor can a host list be full and empty in one step of
// the engine.
func (p *path) replays(lib *script.Library, d *script.Dialog) error {
	lists := make(map[string]bool)
	for _, at := range p.steps {
		if host := at.step.Host; host != "" {
			none, told := lists[host]
			if lists[host] = at.kind == empty; told && none != lists[host] {
				return nil
			}
		}
	}
	if len(d.Needs) > 0 {
		return nil
	}
	run, err := p.walked(lib, d)
	if err != nil {
		return err
	}
	passed, err := dialogs.Passed(lib, run, d.Language)
	if err != nil {
		return err
	}
	for i := range max(len(passed), len(p.steps)) {
		switch {
		case i >= len(passed):
			return fmt.Errorf("the engine stops before %s", p.steps[i].step.ID)
		case i >= len(p.steps):
			return fmt.Errorf("the engine goes on to %s", passed[i].Step.ID)
		case passed[i].Step != p.steps[i].step:
			return fmt.Errorf("the engine passes %s, and the proof %s", passed[i].Step.ID, p.steps[i].step.ID)
		}
	}
	return nil
}

// walked is the run that the engine comes to along the path.
func (p *path) walked(lib *script.Library, d *script.Dialog) (dialogs.Run, error) {
	h := host{none: make(map[string]bool)}
	run := dialogs.Run{Dialog: d.Name}
	put := func(in dialogs.Input) error {
		turn, err := dialogs.Step(lib, run, in, time.Unix(0, 0), d.Language, h)
		run = turn.Run
		return err
	}
	// A list is empty where the next question that asks for it is passed over.
	lists := func(from int) {
		clear(h.none)
		told := make(map[string]bool)
		for _, at := range p.steps[from:] {
			if s := at.step; s.Host != "" && !told[s.Host] {
				told[s.Host] = true
				h.none[s.Host] = at.kind == empty
			}
		}
	}
	lists(0)
	if err := put(dialogs.Begin{}); err != nil {
		return run, err
	}
	for i, at := range p.steps {
		in := at.inputs()
		for n, one := range in {
			if n == len(in)-1 {
				lists(i + 1)
			}
			if err := put(one); err != nil {
				return run, err
			}
		}
	}
	return run, nil
}

// transcript is the path as a conversation: "> client", "< bot", "! effect".
// Facts and what the practice fills in stand as {name}.
func (p *path) transcript(d *script.Dialog) []string {
	var lines []string
	put := func(sign, text string) {
		for i, line := range strings.Split(text, "\n") {
			if i > 0 {
				sign = " "
			}
			lines = append(lines, strings.TrimRight(sign+" "+line, " "))
		}
	}
	for _, f := range d.Needs {
		if v, ok := p.given[f.Name]; ok {
			put("=", f.Name+": "+v)
		}
	}
	for _, at := range p.steps {
		s := at.step
		switch s.Op {
		case script.Say:
			for _, text := range s.Say {
				put("<", d.Written(text, d.Language))
			}
		case script.Ask, script.Review:
			if !at.kind.counts() && at.to >= 0 {
				break
			}
			put("<", d.Written(s.Ask, d.Language))
			if said := at.said(d); said != "" {
				put(">", said)
			}
		case script.Alert:
			put("!", "alert "+s.Name)
		case script.Do, script.Wait:
			if at.to >= 0 {
				put("!", s.Name+": "+at.value)
			}
		case script.Finish:
			put("!", "finished: "+s.Name)
		}
	}
	return lines
}

// said is what the person did at a question, as the transcript writes it.
func (at passage) said(d *script.Dialog) string {
	s := at.step
	switch at.kind {
	case skipped:
		return "[" + d.Written(s.Skip, d.Language) + "]"
	case missed:
		return fmt.Sprintf("(something that is not understood, %d times)", s.MissAfter)
	case answered:
	default:
		return ""
	}
	options := s.Options(d.Language)
	var labels []string
	for id := range strings.SplitSeq(at.value, ",") {
		label := id
		if options != nil {
			if i, ok := options.Find(id); ok {
				label = options.All[i].Label
			}
		}
		if at.own && id == s.OwnAnswer {
			label = "own words"
		}
		labels = append(labels, label)
	}
	if s.Type.OneOf() || s.Type.Many() || s.Type == script.Scale {
		return "[" + strings.Join(labels, "] [") + "]"
	}
	return at.value
}
