package content_test

import (
	"sync"
	"testing"

	"anteroom/content"
	"anteroom/dialogs/script"
	"anteroom/dialogs/script/wording"
)

var compiled = sync.OnceValues(func() (*script.Library, error) { return script.Load(content.Files) })

// load compiles the dialogs, once for all tests.
func load(t *testing.T) *script.Library {
	t.Helper()
	lib, err := compiled()
	if err != nil {
		t.Fatalf("the content does not compile:\n%v", err)
	}
	return lib
}

// pieces are the service's own texts as the rules of wording take them. Words
// that people write to us, and parts of dates, are no sentences of ours.
func pieces(t *testing.T) []wording.Piece {
	t.Helper()
	var out []wording.Piece
	for _, lang := range content.Languages(content.Files) {
		texts, err := content.Service(content.Files, lang)
		if err != nil {
			t.Fatal(err)
		}
		for text := range texts.All() {
			p := wording.Piece{
				At: script.Place{File: text.File, Line: text.Line, Column: text.Column},
				Of: "texts", Language: text.Language, Text: text.Words,
			}
			switch text.Use {
			case content.Message:
			case content.Button:
				p.Kind = wording.Label
			case content.Typed, content.Part:
				continue
			}
			out = append(out, p)
		}
	}
	assignments, err := content.Assignments(content.Files)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range assignments {
		for text := range a.All() {
			p := wording.Piece{At: script.Place{File: text.File, Line: text.Line, Column: text.Column}, Of: "assignments/" + a.ID, Language: text.Language, Text: text.Words}
			if text.Use == content.Button {
				p.Kind = wording.Label
			}
			out = append(out, p)
		}
	}
	return out
}

// TestWording holds all that ships to the rules of plain writing, in every
// language and form of address.
func TestWording(t *testing.T) {
	for _, f := range wording.Check(load(t), wording.Options{Texts: pieces(t)}) {
		if f.Severity == wording.Error {
			t.Errorf("%s: %s", f.Rule, f)
		}
	}
}

// TestWordingMeasures: the rules are held to something. What ships is a few
// thousand words in each language, and all of them are looked at.
func TestWordingMeasures(t *testing.T) {
	for _, row := range wording.Table(load(t), wording.Options{Texts: pieces(t)}) {
		if row.Words < 3000 || row.Scale == "" || row.Hardest == "" {
			t.Errorf("got %+v, want all that ships, and its measure", row)
		}
	}
}
