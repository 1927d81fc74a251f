package dialogs

import (
	"slices"
	"strings"

	"anteroom/dialogs/script"
)

// place reads where somebody says that they are: "I'm in Texas", "Madrid,
// España", "estoy en Bogotá ahora", "TX, USA". What stands around a place is taken
// off, and what commas part is read one by one. A country named besides says which
// place is meant. Found are the places that all of it can mean: of two different
// ones nobody knows which, of a few that share a name the person is asked.
func (w *walk) place(text string) (found []int) {
	if len(text) > typedLength {
		return nil
	}
	r := places{w: w, around: w.around(), wholes: w.words(WordsWholes)}
	parts := strings.Split(text, ",")
	for _, part := range parts {
		if _, within := r.read(script.Fold(part)); within != "" {
			r.within = strings.ToUpper(within) + "-"
		}
	}
	if draft := w.draft(); r.within != "" && len(draft) > 0 { // asked which, they named the country
		for _, id := range draft {
			if i, ok := w.offered.Find(id); ok && strings.HasPrefix(id, r.within) {
				found = append(found, i)
			}
		}
	}
	for _, part := range parts {
		meant, _ := r.read(script.Fold(part))
		switch {
		case len(meant) == 0:
			continue
		case len(found) > 0:
			meant = slices.DeleteFunc(meant, func(i int) bool { return !slices.Contains(found, i) })
			if len(meant) == 0 {
				return nil
			}
		}
		found = meant
	}
	return found
}

// places reads parts of what was typed as places.
type places struct {
	w      *walk
	around [][2]string
	wholes [][]string // names of countries whose places stand by region, the code first
	within string     // what the ids of places in the country begin with that was named
}

// mostPlaces is the most places that somebody is asked to choose from.
const mostPlaces = 5

// read finds the places that folded words can mean, or else those that are left of
// them when a country, and then the words around a place, are taken off.
func (r *places) read(folded string) (meant []int, within string) {
	for folded != "" {
		if meant = r.named(folded); len(meant) > 0 && len(meant) <= mostPlaces {
			return meant, within
		}
		least := folded
		for _, whole := range r.wholes {
			for _, name := range whole[1:] {
				rest := strings.TrimSuffix(strings.TrimPrefix(" "+folded+" ", " "+name+" "), " "+name+" ")
				if rest = strings.TrimSpace(rest); len(rest) < len(least) {
					least, within = rest, whole[0]
				}
			}
		}
		for _, of := range r.around {
			rest, before := strings.CutPrefix(folded, of[0])
			rest, behind := strings.CutSuffix(rest, of[1])
			if before && behind && len(rest) < len(least) {
				least = rest
			}
		}
		if least == folded {
			return r.twice(folded), within
		}
		folded = least
	}
	return nil, within
}

// twice is the place that folded words name two times: "London UK".
func (r *places) twice(folded string) []int {
	for i, c := range folded {
		if c != ' ' {
			continue
		}
		one, other := r.named(folded[:i]), r.named(folded[i+1:])
		if len(one) == 1 && slices.Equal(one, other) {
			return one
		}
	}
	return nil
}

// codesThatAreWords are codes of regions that mean one only where the country is
// named: "ok" is not Oklahoma.
var codesThatAreWords = []string{"AL", "HI", "IN", "LA", "ME", "MI", "OH", "OK", "ON", "OR", "VA", "ACT"}

// named are the places that have folded words for a name or a code, or else for
// the first words of their name.
func (r *places) named(folded string) (found []int) {
	if letters(folded) == 0 {
		return nil
	}
	offered := r.w.offered
	in := func(i int) bool { return r.w.offersAt(i) && strings.HasPrefix(offered.All[i].ID, r.within) }
	i, ok := r.w.match(folded)
	if ok && in(i) {
		found = append(found, i)
	}
	code := strings.ToUpper(folded)
	for i, o := range offered.All {
		_, region, _ := strings.Cut(o.ID, "-")
		coded := region == code && (r.within != "" || !slices.Contains(codesThatAreWords, code))
		if in(i) && !slices.Contains(found, i) && (coded || !ok && strings.HasPrefix(script.Fold(o.Label), folded+" ")) {
			found = append(found, i)
		}
	}
	return found
}

// around is what may stand before and behind a place, in every language that
// people may type in.
func (w *walk) around() [][2]string {
	var all [][2]string
	for line := range strings.Lines(wordsOf(w.facts(), WordsPlace)) {
		for words := range strings.SplitSeq(line, "|") {
			before, behind, _ := strings.Cut(words, "…")
			before, behind = script.Fold(before), script.Fold(behind)
			if before != "" {
				before += " "
			}
			if behind != "" {
				behind = " " + behind
			}
			all = append(all, [2]string{before, behind})
		}
	}
	return all
}
