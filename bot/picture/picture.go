// Package picture draws the course of a therapy as one small picture: what was
// measured, over time, each scale in a strip of its own. It stands beside the
// page that a therapist reads before a session ([care.Brief]).
//
// There is nothing in it but figures, days, and the names of the scales: no name,
// no word of a client, no number of a case. The same series give the same bytes.
package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image/color"
	"math"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"anteroom/bot/care"
)

// ErrNothing: there are no two points of anything, so there is no course.
var ErrNothing = errors.New("nothing was measured twice yet")

// Size of a picture: as wide as a phone shows it, and so much for each strip.
const (
	wide  = 16 * vg.Centimeter
	strip = 4 * vg.Centimeter
	dots  = 144 // an inch, of a PNG
	room  = 0.3 // of the course, on the right, for the names
)

// Course draws the series as a PNG.
func Course(series []care.Series) ([]byte, error) {
	return drawn(series, func(w, h vg.Length) vg.CanvasWriterTo {
		return vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(dots))}
	})
}

// SVG draws the series as an SVG.
func SVG(series []care.Series) ([]byte, error) {
	return drawn(series, func(w, h vg.Length) vg.CanvasWriterTo { return vgsvg.New(w, h) })
}

func drawn(series []care.Series, canvas func(w, h vg.Length) vg.CanvasWriterTo) ([]byte, error) {
	strips := stripsOf(series)
	if len(strips) == 0 {
		return nil, ErrNothing
	}
	first, last := math.Inf(1), math.Inf(-1)
	people := make(map[care.PersonID]bool)
	for _, s := range strips {
		people[s[0].Person] = true
		for _, one := range s {
			for _, p := range one.Points {
				first, last = min(first, float64(p.At)), max(last, float64(p.At))
			}
		}
	}
	if first == last { // all on one day: a day to each side
		first, last = first-86400, last+86400
	}
	c := canvas(wide, strip*vg.Length(len(strips)))
	all := draw.New(c)
	tiles := draw.Tiles{Cols: 1, Rows: len(strips), PadTop: 2 * vg.Millimeter, PadBottom: 2 * vg.Millimeter, PadLeft: 2 * vg.Millimeter, PadRight: 4 * vg.Millimeter, PadY: 2 * vg.Millimeter}
	var plots [][]*plot.Plot
	for _, s := range strips {
		p, err := plotOf(s, len(people) > 1)
		if err != nil {
			return nil, fmt.Errorf("draw the course: %w", err)
		}
		p.X.Min, p.X.Max = first, last+(last-first)*room
		p.X.Tick.Marker = days(first, last)
		plots = append(plots, []*plot.Plot{p})
	}
	for i, row := range plot.Align(plots, tiles, all) {
		plots[i][0].Draw(row[0])
	}
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("draw the course: %w", err)
	}
	return b.Bytes(), nil
}

// stripsOf puts together what one person told on the same scale, in the order in
// which the series came.
func stripsOf(series []care.Series) [][]care.Series {
	type scale struct {
		person      care.PersonID
		least, most float64
	}
	at := make(map[scale]int)
	var out [][]care.Series
	for _, s := range series {
		if len(s.Points) < 2 {
			continue
		}
		key := scale{s.Person, s.Least, s.Most}
		i, seen := at[key]
		if !seen {
			i = len(out)
			at[key], out = i, append(out, nil)
		}
		out[i] = append(out[i], s)
	}
	return out
}

// Colours that people who see few colours tell apart, by Okabe and Ito, and
// shapes for who sees none.
var (
	colours = []color.Color{color.RGBA{0, 0x72, 0xb2, 0xff}, color.RGBA{0xd5, 0x5e, 0, 0xff}, color.RGBA{0, 0x9e, 0x73, 0xff}, color.RGBA{0xcc, 0x79, 0xa7, 0xff}}
	shapes  = []draw.GlyphDrawer{draw.CircleGlyph{}, draw.TriangleGlyph{}, draw.SquareGlyph{}, draw.CrossGlyph{}}
)

func plotOf(series []care.Series, several bool) (*plot.Plot, error) {
	p := plot.New()
	sans := func(size vg.Length) font.Font { return font.Font{Typeface: "Liberation", Variant: "Sans", Size: size} }
	p.Title.TextStyle.Font = sans(9)
	p.X.Tick.Label.Font, p.Y.Tick.Label.Font, p.Legend.TextStyle.Font = sans(8), sans(8), sans(8)
	if several {
		p.Title.Text = "client"
		if n := series[0].Person.Seat(); n != 0 {
			p.Title.Text = fmt.Sprint("partner ", n)
		}
	}
	p.Y.Min, p.Y.Max = series[0].Least, max(series[0].Most, series[0].Least+1)
	p.Y.Tick.Marker = plot.ConstantTicks([]plot.Tick{tick(p.Y.Min), tick((p.Y.Min + p.Y.Max) / 2), tick(p.Y.Max)})
	p.Legend.Top, p.Legend.YOffs, p.Legend.Padding = true, -2*vg.Millimeter, vg.Millimeter/2
	p.Add(plotter.NewGrid())
	for i, s := range series {
		points := make(plotter.XYs, len(s.Points))
		for n, at := range s.Points {
			points[n] = plotter.XY{X: float64(at.At), Y: at.Value}
		}
		line, dots, err := plotter.NewLinePoints(points)
		if err != nil {
			return nil, err
		}
		line.Color, dots.Color, dots.Shape = colours[i%len(colours)], colours[i%len(colours)], shapes[i%len(shapes)]
		p.Add(line, dots)
		p.Legend.Add(s.Name, line, dots)
	}
	return p, nil
}

func tick(v float64) plot.Tick { return plot.Tick{Value: v, Label: fmt.Sprint(v)} }

// days are up to five days of a course, as evenly as days go.
func days(first, last float64) plot.ConstantTicks {
	var out plot.ConstantTicks
	for i := range 5 {
		at := time.Unix(int64(first+(last-first)*float64(i)/4), 0).UTC()
		label := at.Format("2 Jan 06")
		if n := len(out); n > 0 && out[n-1].Label == label {
			continue
		}
		out = append(out, plot.Tick{Value: float64(at.Unix()), Label: label})
	}
	return out
}
