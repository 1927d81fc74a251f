package safety

// Steps is how many items were tried for a text: what the work is measured by.
func Steps(r *Rules, text string) int {
	s := new(search)
	s.begin(r)
	s.window(text, 0, len(text))
	return s.steps
}

// Beside is the blocks of 1<<shift words that may have some words among those
// from low to high, counted from theirs, where the set says in which blocks
// those words are.
func Beside(set uint64, low, high, shift int) uint64 {
	s := &search{places: []uint64{set}, blocks: uint(shift)}
	return s.beside(need{0, int16(low), int16(high)})
}
