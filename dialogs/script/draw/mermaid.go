package draw

import (
	"fmt"
	"strings"

	"anteroom/dialogs/script"
)

// Mermaid is the picture as text for Mermaid, which lays it out by itself.
// Nothing of the pages is in it.
func (p *Picture) Mermaid() string {
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: \"%s\"\n---\nflowchart TD\n", quoted("The dialog "+p.dialog.Name+": "+p.describe()))
	names := make(map[*node]string)
	for i, n := range p.nodes {
		names[n] = fmt.Sprintf("n%d", i+1)
		open, shut := brackets(n.op)
		fmt.Fprintf(&b, "  %s%s\"%s\"%s:::%s-step\n", names[n], open, p.words(n), shut, kind(n.op))
	}
	links := 0
	var taken []string
	for _, n := range p.nodes {
		for _, e := range n.out {
			line := "-->"
			if e.miss {
				line = "-.->"
			}
			label := ""
			if c := e.caption(); c != "" {
				label = fmt.Sprintf("|\"%s\"|", quoted(c))
			}
			fmt.Fprintf(&b, "  %s %s%s %s\n", names[n], line, label, names[e.to])
			if e.taken {
				taken = append(taken, fmt.Sprint(links))
			}
			links++
		}
	}
	b.WriteString(`  classDef ask-step fill:#e4eefb,stroke:#2c5c9e
  classDef say-step fill:#f6f6f3,stroke:#888
  classDef route-step fill:#fdf6dc,stroke:#8a6d00
  classDef do-step fill:#eee8f7,stroke:#5b3f91,stroke-dasharray:7 3
  classDef wait-step fill:#eee8f7,stroke:#5b3f91,stroke-dasharray:7 3 2 3
  classDef set-step fill:#fff,stroke:#888,stroke-dasharray:2 2
  classDef call-step fill:#e6f4e8,stroke:#2e6b36
  classDef alert-step fill:#ffe7e3
  classDef finish-step fill:#e3e3e3,stroke:#222,stroke-width:2px
  classDef passed fill:#ffd98f,stroke:#b35900,stroke-width:4px
  classDef danger stroke:#c00018,stroke-width:3px
`)
	for _, c := range []struct {
		class string
		in    func(*node) bool
	}{{"passed", func(n *node) bool { return n.passed }}, {"danger", func(n *node) bool { return n.safety }}} {
		for _, n := range p.nodes {
			if c.in(n) {
				fmt.Fprintf(&b, "  class %s %s\n", names[n], c.class)
			}
		}
	}
	if len(taken) > 0 {
		fmt.Fprintf(&b, "  linkStyle %s stroke:#b35900,stroke-width:4px\n", strings.Join(taken, ","))
	}
	return b.String()
}

// words is what stands in a box.
func (p *Picture) words(n *node) string {
	heading := n.heading
	if n.safety {
		heading = "⚠ " + heading
	}
	if n.passed {
		heading = "✓ " + heading
	}
	lines := []string{"<b>" + quoted(heading) + "</b>"}
	for _, line := range n.text {
		lines = append(lines, quoted(line))
	}
	if came, left, known := p.count(n); known {
		lines = append(lines, fmt.Sprintf("%d came, %d left", came, left))
	}
	return strings.Join(lines, "<br/>")
}

func brackets(op script.Op) (open, shut string) {
	switch op {
	case script.Branch:
		return "{{", "}}"
	case script.Call:
		return "[[", "]]"
	case script.Do, script.Wait:
		return "[/", "/]"
	case script.Say:
		return "(", ")"
	case script.Finish:
		return "([", "])"
	}
	return "[", "]"
}

// quoted makes a text safe between quotes: whatever could end them, begin a
// comment, a directive, markup or an entity is written as a number.
func quoted(s string) string {
	var b strings.Builder
	for _, r := range clean(s) {
		if strings.ContainsRune("\"#&<>`;%\\", r) {
			fmt.Fprintf(&b, "#%d;", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
