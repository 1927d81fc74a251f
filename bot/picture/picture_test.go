package picture_test

import (
	"bytes"
	"errors"
	"flag"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anteroom/bot/care"
	"anteroom/bot/picture"
)

var update = flag.Bool("update", false, "write the pictures anew")

func points(values ...float64) []care.Point {
	var all []care.Point
	for i, v := range values {
		all = append(all, care.Point{At: time.Date(2027, 5, 3+7*i, 17, 0, 0, 0, time.UTC).Unix(), Value: v})
	}
	return all
}

var course = []care.Series{
	{Name: "T", Person: "1", Least: 15, Most: 85, Points: points(38, 44, 50)},
	{Name: "anxiety before", Person: "1", Most: 10, Points: points(8, 7, 5, 4)},
	{Name: "anxiety after", Person: "1", Most: 10, Points: points(6, 4, 4, 2)},
	{Name: "distress", Person: "1", Most: 10, Points: points(7, 7, 6, 4)},
	{Name: "PHQ-2", Person: "1", Most: 6, Points: points(3, 2)},
	{Name: "distress", Person: "2", Most: 10, Points: points(3, 3)},
}

// The same figures give the same picture; it is kept for people to look at.
func TestCourse(t *testing.T) {
	t.Parallel()
	got, err := picture.SVG(course)
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "course.svg")
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("the picture is another than in testdata/course.svg: look at it, and run with -update")
	}
	for _, words := range []string{"anxiety before", "partner 2", "PHQ-2", "May 27"} {
		if !strings.Contains(string(got), words) {
			t.Errorf("the picture lacks %q", words)
		}
	}
	one, err := picture.Course(course)
	if err != nil {
		t.Fatal(err)
	}
	two, err := picture.Course(course)
	if err != nil || !bytes.Equal(one, two) {
		t.Errorf("drawn twice, it is two pictures (%v)", err)
	}
	if img, err := png.Decode(bytes.NewReader(one)); err != nil || img.Bounds().Dx() < 600 || img.Bounds().Dy() < 600 {
		t.Errorf("the PNG: %v, %v", img.Bounds(), err)
	}
}

func TestCourseOfLittle(t *testing.T) {
	t.Parallel()
	for _, none := range [][]care.Series{nil, {{Name: "T", Person: "1", Least: 15, Most: 85, Points: points(50)}}} {
		if _, err := picture.Course(none); !errors.Is(err, picture.ErrNothing) {
			t.Errorf("nothing to draw: got %v", err)
		}
	}
	at := []care.Point{{At: 1_800_000_000, Value: 3}, {At: 1_800_000_000, Value: 3}}
	if _, err := picture.Course([]care.Series{{Name: "own score", Person: "1", Points: at}}); err != nil {
		t.Errorf("a flat course of one day, on no scale: %v", err)
	}
}
