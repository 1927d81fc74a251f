package content_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/content"
)

// shipped is a copy of the content that a test may break.
func shipped(t *testing.T) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(content.Files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(content.Files, path)
		files[path] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestCheckOfWhatShips(t *testing.T) {
	for _, p := range content.Check(content.Files, today) {
		t.Error(p)
	}
}

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		name, file, old, new string
		want                 string
	}{
		{"a number of another year", "helplines.yaml", "dated: 2026-11-22", "dated: 2025-11-29",
			"the numbers of US were compared on 2025-11-29, more than a year ago: compare them with the lines' own pages, then write the day into `dated`"},
		{"a number of next week", "helplines.yaml", "dated: 2026-11-22", "dated: 2026-12-07",
			"the numbers of US are dated 2026-12-07, which is still to come: compare them with the lines' own pages, then write the day into `dated`"},
		{"a review of nothing", "reviews.yaml", "dialogs/intake.yaml:", "dialogs/intakes.yaml:",
			"there is no file dialogs/intakes.yaml that could be reviewed: correct the name, or delete the review"},
		{"a review of tomorrow", "reviews.yaml", "texts/en.yaml: {by: \"\", on: \"\"}", "texts/en.yaml: {by: A, on: 2026-12-24}",
			"the review is dated 2026-12-24, which is still to come: write the day on which it was read"},
		{"a text that broke", "texts/en.yaml", "paused: ", "halted: ", "unknown text \"halted\": delete it, or correct its key"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := shipped(t)
			whole := string(files[tt.file].Data)
			broken := strings.Replace(whole, tt.old, tt.new, 1)
			if broken == whole {
				t.Fatal("nothing was changed")
			}
			files[tt.file] = &fstest.MapFile{Data: []byte(broken)}
			at := 1 + strings.Count(whole[:strings.Index(whole, tt.old)], "\n")
			var got []string
			for _, p := range content.Check(files, today) {
				if p.File == tt.file {
					got = append(got, p.What+": "+p.Mend)
					if p.Line != at {
						t.Errorf("line: got %d, want %d", p.Line, at)
					}
				}
			}
			if diff := cmp.Diff([]string{tt.want}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestCheckWithinAYear: numbers are good for a year, and no day longer.
func TestCheckWithinAYear(t *testing.T) {
	files := fstest.MapFS{
		"helplines.yaml": {Data: []byte("elsewhere: {emergency: \"112\"}\ncountries:\n  ES: {zone: Europe/Madrid, dated: 2026-01-01, emergency: \"112\"}\n  FR: {zone: Europe/Paris}\n")},
		"reviews.yaml":   {Data: []byte("reviews:\n  texts/en.yaml: {by: \"\", on: \"\"}\n")},
		"texts/en.yaml":  shipped(t)["texts/en.yaml"],
	}
	day := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		now  time.Time
		want int
	}{
		{day, 0}, {day.AddDate(1, 0, 0), 0}, {day.AddDate(1, 0, 1), 1}, {day.AddDate(0, 0, -1), 1},
	} {
		if got := content.Check(files, tt.now); len(got) != tt.want {
			t.Errorf("on %s: got %v, want %d problems", tt.now.Format(time.DateOnly), got, tt.want)
		}
	}
	files["translations/fr/helplines.yaml"] = &fstest.MapFile{Data: []byte("language: fr\nwords: {\"I know no help line for that place yet.\": Aucune ligne, \"112\": le 112}\n")}
	if got := content.Check(files, day); len(got) != 1 || got[0].File != "translations/fr/texts.yaml" {
		t.Errorf("a language without texts: got %v", got)
	}
	delete(files, "helplines.yaml")
	delete(files, "translations/fr/helplines.yaml")
	got := content.Check(files, day)
	if len(got) != 1 || got[0].File != "helplines.yaml" {
		t.Errorf("a missing file: got %v", got)
	}
}
