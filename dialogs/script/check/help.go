package check

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"anteroom/dialogs/script"
)

// numbers reports that a step shows help numbers.
func numbers(s *script.Step) bool {
	return slices.ContainsFunc(append(slices.Clone(s.Say), s.Ask), lines)
}

// lines reports that a text shows help lines.
func lines(text *script.Phrase) bool {
	return fills(text, func(given string) bool { return given == "helplines" || strings.HasPrefix(given, "helplines.") })
}

func fills(text *script.Phrase, is func(given string) bool) bool {
	return slices.ContainsFunc(text.In(""), func(seg script.Segment) bool { return seg.Kind == script.GivenHere && is(seg.Text) })
}

// alone proves that no text counts on help lines alone: where none is known the
// emergency number is left.
func (p *proof) alone() {
	for _, s := range p.d.Steps {
		for _, text := range append(slices.Clone(s.Say), s.Ask, s.Again, s.Why) {
			if p.own(s) && text != nil && lines(text) && !fills(text, func(given string) bool { return given == "emergency" }) {
				p.tell(Finding{Rule: RuleHelp, At: text.At, What: "where no help line is known, this text shows no number at all", Mend: "say {emergency} in it, too", Transcript: p.summary.Transcript(s.ID)})
			}
		}
	}
}

// help proves that whoever asks for help is shown numbers after one question
// at most, and that no question takes the words for itself.
func (p *proof) help() {
	if p.opts.Help == "" {
		return
	}
	p.shadows()
	p.alone()
	if p.d.Name != p.opts.Help {
		return
	}
	m := p.m
	told, one := m.no(), m.no()
	for _, s := range m.order {
		n := &m.nodes[s.Index]
		if numbers(s) {
			told = m.or(told, n.passed)
		}
		bad := m.no()
		var what string
		switch {
		case s.Question():
			bad, what = m.and(n.asked, one, told.not()), fmt.Sprintf("whoever asks for help is asked a second question, %s, before any help number", s.ID)
			one = m.or(one, n.asked)
		case s.Op == script.Wait || s.Op == script.Do && p.opts.Host.Calls[s.Name].Decide == nil:
			bad, what = m.and(n.passed, told.not()), fmt.Sprintf("whoever asks for help waits for %s, which need not come, before any help number", s.Name)
		case s.Op == script.Finish:
			bad, what = m.and(n.passed, told.not()), fmt.Sprintf("whoever asks for help can come to %s without any help number", s.ID)
		}
		found, is := m.find(bad)
		switch is {
		case satisfiable:
			p.tell(Finding{Rule: RuleHelp, At: s.At, Transcript: p.shows(found, s), What: what, Mend: "say a text with {helplines} before it"})
		case unknown:
			p.undecided(s.At, fmt.Sprintf("whether help numbers always come before %s", s.ID))
		}
	}
}

// shadows proves that the words for help open help at every question, or are
// an answer that itself leads to help at once.
func (p *proof) shadows() {
	var words []string
	for _, w := range slices.Sorted(maps.Keys(p.opts.Words)) {
		if p.opts.Words[w] == p.opts.Help {
			words = append(words, w)
		}
	}
	var languages []string
	for _, lang := range p.lib.Languages() {
		languages = append(languages, p.lib.Forms(lang)...)
	}
	for _, s := range p.d.Steps {
		if !s.Question() || !p.own(s) {
			continue
		}
		told := make(map[string]bool)
		for _, lang := range languages {
			for _, label := range []*script.Phrase{s.Done, s.Skip, s.Change} {
				if label == nil || told[label.At.String()] {
					continue
				}
				at := slices.IndexFunc(words, func(w string) bool { return script.Fold(w) == script.Fold(p.d.Written(label, lang)) })
				if at < 0 {
					continue
				}
				told[label.At.String()] = true
				p.tell(Finding{Rule: RuleHelp, At: label.Place(lang),
					What:       fmt.Sprintf("the words “%s” ask for help everywhere, and at %s a button has them that is no help", words[at], s.ID),
					Mend:       "reword the button",
					Transcript: append(p.summary.Transcript(s.ID), "> "+words[at])})
			}
			options := s.Options(lang)
			if options == nil {
				continue
			}
			for _, w := range words {
				i, ok := options.Match(script.Fold(w), options.Shown, nil)
				if !ok || told[options.All[i].ID] {
					continue
				}
				id := options.All[i].ID
				told[id] = true
				if to := s.After(id); to >= 0 && p.helps(to, make(map[int]bool)) {
					continue
				}
				p.tell(Finding{Rule: RuleHelp, At: s.LabelAt(id),
					What:       fmt.Sprintf("the words “%s” ask for help everywhere, and at %s they answer %q", w, s.ID, id),
					Mend:       "reword the answer, rename it, or lead it to help at once",
					Transcript: append(p.summary.Transcript(s.ID), "> "+w)})
			}
		}
	}
}

// helps reports that every way from a step on shows help numbers, or calls
// help, before the next question.
func (p *proof) helps(i int, seen map[int]bool) bool {
	s := p.d.Steps[i]
	switch {
	case numbers(s), s.Op == script.Call && s.Name == p.opts.Help, seen[i]:
		return true
	case s.Question() || s.Op == script.Finish || s.Op == script.Wait:
		return false
	}
	seen[i] = true
	to := next(s)
	for _, t := range to {
		if !p.helps(t, seen) {
			return false
		}
	}
	return len(to) > 0
}
