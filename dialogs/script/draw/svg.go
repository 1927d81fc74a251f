package draw

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"

	"anteroom/dialogs/script"
)

// Pages is how many pages the picture has.
func (p *Picture) Pages() int { return p.pages }

// style is the look of the picture. Kinds differ by border as well as by colour.
const style = `
text { font-family: Helvetica, Arial, "Liberation Sans", "DejaVu Sans", sans-serif; fill: #1a1a1a; }
.sheet { fill: #fff; }
.edge { fill: none; stroke: #444; stroke-width: 1.1; marker-end: url(#tip); }
.miss { stroke-dasharray: 3 3; }
.safe { stroke: #c00018; marker-end: url(#tip-safe); }
.taken { stroke: #b35900; stroke-width: 3; marker-end: url(#tip-taken); }
.box { stroke: #444; stroke-width: 1.1; }
.ask { fill: #e4eefb; stroke: #2c5c9e; stroke-width: 1.6; }
.say { fill: #f6f6f3; stroke: #888; }
.route { fill: #fdf6dc; stroke: #8a6d00; }
.do { fill: #eee8f7; stroke: #5b3f91; stroke-dasharray: 7 3; }
.wait { fill: #eee8f7; stroke: #5b3f91; stroke-dasharray: 7 3 2 3; }
.set { fill: #fff; stroke: #888; stroke-dasharray: 2 2; }
.call { fill: #e6f4e8; stroke: #2e6b36; }
.inner { fill: none; stroke: #2e6b36; }
.alert { fill: #ffe7e3; }
.finish { fill: #e3e3e3; stroke: #222; stroke-width: 2; }
.danger { stroke: #c00018; stroke-width: 2.6; }
.passed { fill: #ffd98f; stroke: #b35900; stroke-width: 3.4; }
.danger.passed { stroke: #c00018; }
.sign { fill: #c00018; }
.mark { fill: #fff; font-weight: bold; }
.kind { font-size: 8.5px; fill: #555; letter-spacing: .04em; }
.name { font-size: 10.5px; font-weight: bold; }
.words { font-size: 10.5px; }
.label { font-size: 9.5px; }
.from { font-size: 9px; fill: #555; }
.pill { fill: #fff; stroke: #444; }
.count { font-size: 9.5px; font-weight: bold; }
.bar { fill: #fff; stroke: #444; stroke-width: .6; }
.left { fill: #c00018; }
.title { font-size: 19px; font-weight: bold; }
`

// SVG is the picture, its pages one below the other; a browser prints each
// on a sheet of its own.
func (p *Picture) SVG() []byte {
	b := &brush{p: p}
	w, h := p.paper.Width, p.height()
	b.raw("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" lang=\"%s\" role=\"img\">\n",
		w, h*p.pages, w, h*p.pages, escape(p.opts.Lang))
	b.raw("<title>%s</title>\n<desc>%s</desc>\n<style>\n@page { size: %dpx %dpx; margin: 0; }%s</style>\n<defs>\n",
		escape("The dialog "+p.dialog.Name), escape(p.describe()), w, p.paper.Height, style)
	for _, m := range []struct{ id, color string }{{"tip", "#444"}, {"tip-safe", "#c00018"}, {"tip-taken", "#b35900"}} {
		b.raw("<marker id=\"%s\" viewBox=\"0 0 8 8\" refX=\"7.5\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0.5 L8 4 L0 7.5 z\" fill=\"%s\"/></marker>\n", m.id, m.color)
	}
	b.raw("</defs>\n")
	for page := range p.pages {
		b.raw("<g id=\"page-%d\" transform=\"translate(0 %d)\">\n<rect class=\"sheet\" width=\"%d\" height=\"%d\"/>\n", page+1, page*h, w, h)
		b.bars(page)
		for _, n := range p.nodes {
			if n.place.page == page {
				for _, e := range n.out {
					b.edge(e)
				}
			}
		}
		for _, n := range p.nodes {
			if n.place.page == page {
				b.node(n)
			}
		}
		b.raw("</g>\n")
	}
	b.raw("</svg>\n")
	return b.Bytes()
}

// height is that of each page; a single page ends below its last box.
func (p *Picture) height() int {
	if p.pages > 1 {
		return p.paper.Height
	}
	var bottom float64
	for _, n := range p.nodes {
		bottom = max(bottom, n.box.bottom()+n.post)
	}
	return int(bottom + footer + 8)
}

func (p *Picture) describe() string {
	d := p.dialog
	s := fmt.Sprintf("version %d · %s · at most %s", d.Version, several(p.steps, "step"), several(d.Longest, "question"))
	if p.opts.Lang != d.Language {
		s += " · in " + p.opts.Lang
	}
	if p.opts.Passed != nil {
		s += " · marked with a tick: the steps that one conversation passed"
	}
	if p.opts.Counts != nil {
		s += " · came = reached the step, left = went no further"
	}
	return s
}

func several(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// brush writes SVG.
type brush struct {
	bytes.Buffer
	p *Picture
}

func (b *brush) raw(format string, args ...any) { fmt.Fprintf(b, format, args...) }

func (b *brush) text(class string, x, y float64, s string) {
	b.raw("<text class=\"%s\" x=\"%s\" y=\"%s\">%s</text>\n", class, num(x), num(y), escape(s))
}

// bars writes the head and foot of a page.
func (b *brush) bars(page int) {
	if page == 0 {
		b.text("title", margin, 34, b.p.dialog.Name)
		b.text("label", margin, 50, b.p.describe())
		b.legend(margin, 58)
	} else {
		b.text("name", margin, 18, b.p.dialog.Name)
	}
	if b.p.pages > 1 {
		s := fmt.Sprintf("page %d of %d", page+1, b.p.pages)
		b.text("label", float64(b.p.paper.Width)-margin-extent(s, smallSize), 18, s)
	}
}

// legend shows how each kind of step looks.
func (b *brush) legend(x, y float64) {
	kinds := []struct {
		op   script.Op
		says string
	}{{script.Ask, "question"}, {script.Say, "message"}, {script.Branch, "route"}, {script.Call, "another dialog"},
		{script.Do, "the program acts"}, {script.Set, "settings"}, {script.Finish, "end"}}
	for _, k := range kinds {
		b.shape(k.op, "", rect{x, y, 22, 14})
		b.text("label", x+27, y+11, k.says)
		x += 38 + extent(k.says, smallSize)
	}
	b.raw("<rect class=\"box alert danger\" x=\"%s\" y=\"%s\" width=\"22\" height=\"14\"/>\n", num(x), num(y))
	b.sign(x+5.5, y+2)
	b.text("label", x+27, y+11, "leads to help")
}

// shape is the border of a kind of step.
func (b *brush) shape(op script.Op, more string, r rect) {
	class := strings.TrimSpace("box " + kind(op) + more)
	if op == script.Branch {
		c := min(8, r.h/2)
		b.raw("<path class=\"%s\" d=\"M%s %s L%s %s L%s %s L%s %s L%s %s L%s %s L%s %s L%s %s z\"/>\n", class,
			num(r.x+c), num(r.y), num(r.x+r.w-c), num(r.y), num(r.x+r.w), num(r.y+c), num(r.x+r.w), num(r.bottom()-c),
			num(r.x+r.w-c), num(r.bottom()), num(r.x+c), num(r.bottom()), num(r.x), num(r.bottom()-c), num(r.x), num(r.y+c))
		return
	}
	round := map[script.Op]float64{script.Say: 6, script.Finish: 14}[op]
	round = min(round, r.h/2)
	b.raw("<rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"%s\"/>\n", class, num(r.x), num(r.y), num(r.w), num(r.h), num(round))
	if op == script.Call {
		b.raw("<rect class=\"inner\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"/>\n", num(r.x+3.5), num(r.y+3.5), num(r.w-7), num(r.h-7))
	}
}

func kind(op script.Op) string {
	if op == script.Review {
		return script.Ask.String()
	}
	return op.String()
}

// sign is a triangle with an exclamation mark.
func (b *brush) sign(x, y float64) {
	b.raw("<path class=\"sign\" d=\"M%s %s l5.5 10 l-11 0 z\"/><text class=\"mark\" font-size=\"8\" x=\"%s\" y=\"%s\">!</text>\n", num(x+5.5), num(y), num(x+4.3), num(y+8.8))
}

func num(f float64) string {
	return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.1f", f), "0"), ".")
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}
