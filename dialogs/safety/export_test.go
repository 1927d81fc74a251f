package safety

// Steps is how many items were tried for a text: what the work is measured by.
func Steps(r *Rules, text string) int {
	s := new(search)
	s.begin(r)
	s.window(text, 0, len(text))
	return s.steps
}
