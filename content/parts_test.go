package content_test

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"anteroom/content"
)

// What days, hours and lists are written with must be whole, or a client would
// be promised another day than is meant.
func TestParts(t *testing.T) {
	whole, err := fs.ReadFile(content.Files, "texts/en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ key, with, want string }{ // want is empty where nothing is wrong
		{"words.weekdays", "Monday|Tuesday|Wednesday|Friday|Saturday|Sunday", "6 names stand here, and there are 7: write all 7, in their order, with | between them"},
		{"words.weekdays", "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|", "8 names stand here, and there are 7"},
		{"words.weekdays", "Monday|Tuesday||Thursday|Friday|Saturday|Sunday", "the name 3 is empty"},
		{"words.weekdays", "Monday |Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday", "the name 1 is empty, or has a space before or behind it: write one | between two names"},
		{"words.weekdays", "Monday|Monday|Wednesday|Thursday|Friday|Saturday|Sunday", `"Monday" stands here twice: write each once`},
		{"words.weekdays", "Mon|Tue|Wed|Thu|Fri|Sat|Sun", ""},
		{"words.months", "January|February|March|April|May|June|July|August|September|October|December", "11 names stand here, and there are 12"},
		{"words.months", "January|February|March|April|May|June|July|August|September|October|November|  ", "the name 12 is empty"},
		{"words.join", "and||or", "the name 2 is empty"},
		{"words.join", "and|&|as well as", ""},
		{"words.place", "i live in …|i am in", `"i am in" does not say where the place stands: write … for the place, as in: i live in …`},
		{"words.place", "…", "does not say where the place stands"},
		{"words.place", "in …||… now", "does not say where the place stands"},
		{"words.place", "in …|in …", "stands here twice"},
		{"words.place", "in …|the city of … now|… now", ""},
		{"words.clock", "3:04", "does not tell five past one in the afternoon from other times: write four minutes past three in the afternoon, as 15:04 or 3:04 pm"},
		{"words.clock", "3:04 p. m.", "does not tell five past one"},
		{"words.clock", "3 pm", "does not tell five past one"},
		{"words.clock", "13:05", "does not tell five past one"},
		{"words.clock", "half past", "does not tell five past one"},
		{"words.clock", "15h04", ""},
		{"words.clock", "at 03:04 PM", ""},
		{"words.clock.full", "1 pm", "does not tell one in the afternoon from other hours: write three in the afternoon, as 15:04 or 3 pm"},
		{"words.clock.full", "15.04 Uhr", ""},
		{"words.clock.full", "15 Uhr", ""},
		{"words.date", "{weekday} {month}", "{day} is not said here: fill in {day}, {month}"},
		{"words.date", "{month} {day}", ""},
		{"words.date.year", "{day} {month}", "{year} is not said here: fill in {day}, {month}, {year}"},
		{"words.moment", "{clock}", "{date} is not said here"},
		{"words.days", "to {to}", "{from} is not said here"},
		{"words.hours", "from {from}", "{to} is not said here"},
		{"words.open", "{days}", "{hours} is not said here"},
		{"words.and", "{list} and more", "{last} is not said here"},
		{"words.and.before-i", "and {last}", "{list} is not said here"},
		{"words.day.other", "some days", "{n} is not said here: fill in {n}"},
		{"words.day.one", "a day", ""}, // it stands for nothing but one day
		{"words.second.one", "{n} sec", ""},
	} {
		t.Run(tt.key+" "+tt.with, func(t *testing.T) {
			lines := strings.Split(string(whole), "\n")
			at := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "  "+tt.key+":") })
			if at < 0 {
				t.Fatal("there is no such text")
			}
			lines[at] = fmt.Sprintf("  %s: %q", tt.key, tt.with)
			_, err := content.Service(fstest.MapFS{"texts/en.yaml": {Data: []byte(strings.Join(lines, "\n"))}}, "en")
			if tt.want == "" {
				if err != nil {
					t.Errorf("got %v, want nothing wrong", err)
				}
				return
			}
			var all content.Problems
			if !errors.As(err, &all) || len(all) != 1 {
				t.Fatalf("got %v, want one problem", err)
			}
			if want := fmt.Sprintf("texts/en.yaml:%d:%d: %s: ", at+1, len(tt.key)+5, tt.key); !strings.HasPrefix(all[0].Error(), want) || !strings.Contains(all[0].Error(), tt.want) {
				t.Errorf("got %v\nwant %s… %s", all[0], want, tt.want)
			}
		})
	}
}

// A form of a plural may leave out its number only where it stands for a single
// one; each form of address is checked where it stands.
func TestPartsOfATranslation(t *testing.T) {
	for _, tt := range []struct{ key, with, want string }{
		{"words.day.one", "un día", ""},
		{"words.day.few", "unos días", "words.day.few: {n} is not said here"},
		{"words.day.many", "muchos días", "words.day.many: {n} is not said here"},
		{"words.day.other", "unos días", "words.day.other: {n} is not said here"},
		{"words.clock.full", "3", "words.clock.full: this pattern does not tell"},
		{"words.date", "{weekday} {day}", "{month} is not said here"},
	} {
		t.Run(tt.key, func(t *testing.T) {
			files := translation(t, func(key, line string) string {
				switch {
				case key == tt.key:
					return fmt.Sprintf("  %s: %q\n", tt.key, tt.with)
				case key == "words.day.other" && strings.HasPrefix(tt.key, "words.day.") && tt.key != "words.day.one":
					return line + fmt.Sprintf("  %s: %q\n", tt.key, tt.with)
				}
				return line
			})
			_, err := content.Service(files, "es")
			switch all := (content.Problems)(nil); {
			case tt.want == "" && err != nil:
				t.Errorf("got %v, want nothing wrong", err)
			case tt.want != "" && (!errors.As(err, &all) || len(all) != 1 || !strings.Contains(all[0].Error(), tt.want)):
				t.Errorf("got %v, want one problem: %s", err, tt.want)
			}
		})
	}
	files := translation(t, func(key, line string) string {
		if key == "words.months" {
			return "  words.months:\n    tu: enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre\n    usted: enero|febrero\n"
		}
		return line
	})
	lines := strings.Split(string(files["translations/es/texts.yaml"].Data), "\n")
	at := slices.Index(lines, "    usted: enero|febrero")
	want := fmt.Sprintf("translations/es/texts.yaml:%d:12: words.months: 2 names stand here, and there are 12: write all 12, in their order, with | between them", at+1)
	if _, err := content.Service(files, "es"); err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
}
