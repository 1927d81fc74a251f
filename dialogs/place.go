package dialogs

import (
	"strings"

	"anteroom/dialogs/script"
)

// place reads where somebody says that they are: "I'm in Texas", "Madrid,
// España", "estoy en Bogotá ahora". What stands around a place is taken off,
// and what commas part is read one by one. Of two different places nobody knows
// which is meant.
func (w *walk) place(text string) (int, bool) {
	if len(text) > typedLength {
		return 0, false
	}
	around := w.around()
	found := -1
	for part := range strings.SplitSeq(text, ",") {
		at, ok := w.bared(script.Fold(part), around)
		switch {
		case !ok:
			continue
		case found >= 0 && found != at:
			return 0, false
		}
		found = at
	}
	return found, found >= 0
}

// bared matches folded words, and then what is left of them when the words
// around a place are taken off, the most at a time.
func (w *walk) bared(folded string, around [][2]string) (int, bool) {
	for {
		if at, ok := w.match(folded); ok {
			return at, true
		}
		least := folded
		for _, of := range around {
			rest, before := strings.CutPrefix(folded, of[0])
			rest, behind := strings.CutSuffix(rest, of[1])
			if before && behind && len(rest) < len(least) {
				least = rest
			}
		}
		if least == folded {
			return w.twice(folded)
		}
		folded = least
	}
}

// twice matches folded words that name one place two times: "London UK".
func (w *walk) twice(folded string) (int, bool) {
	for i, r := range folded {
		if r != ' ' {
			continue
		}
		one, is := w.match(folded[:i])
		other, too := w.match(folded[i+1:])
		if is && too && one == other {
			return one, true
		}
	}
	return 0, false
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
