package telegram

// For the tests of what no message shows.
var (
	Split  = split
	Cut    = cut
	Letter = letter
	Length = length
)
