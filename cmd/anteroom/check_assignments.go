package main

import (
	"io/fs"

	"anteroom/content"
	"anteroom/dialogs/script"
	"anteroom/dialogs/script/wording"
)

// assignmentPieces are the texts of the library of assignments as the rules of
// wording take them, each assignment graded as one. What keeps them from being
// read is found by [content.Check].
func assignmentPieces(files fs.FS) []wording.Piece {
	all, err := content.Assignments(files)
	if err != nil {
		return nil
	}
	var out []wording.Piece
	for _, a := range all {
		for t := range a.All() {
			p := wording.Piece{At: script.Place{File: t.File, Line: t.Line, Column: t.Column}, Of: "assignments/" + a.ID, Language: t.Language, Text: t.Words}
			switch {
			case t.Use == content.Button:
				p.Kind = wording.Label
			case t.Key == "report":
				p.Kind = wording.Question
			}
			out = append(out, p)
		}
	}
	return out
}
