package care

import (
	"strings"
	"time"
	"unicode/utf8"
)

// therapists shows the best who fit, each with what taking the case does to the
// caseload, and then in one line why the others do not.
func (w *writer) therapists() []Line {
	if w.Assessment.Fit == Outside && (w.e.Adult == "minor" || w.e.Out != "") {
		return nil
	}
	var lines []Line
	var more, not []string
	for _, c := range w.Assessment.Candidates {
		switch {
		case !c.Passes:
			not = append(not, c.Gates[0].Text)
		case !c.Fits || len(lines) == mostWho:
			more = append(more, c.Name)
		default:
			var parts []string
			if len(c.Full) > 0 {
				full := "full"
				if c.Opening != "" {
					full += ", next opening about " + c.Opening.Words(w.Now.In(w.zone()))
				}
				parts = append(parts, full)
			} else if len(c.Soft) > 0 {
				parts = append(parts, "ask first")
			}
			// Three reasons for the first, the level alone for the others.
			for _, r := range c.Reasons[:min(len(c.Reasons), max(1, 3-len(parts)-2*len(lines)))] {
				parts = append(parts, r.Text)
			}
			parts = append(parts, c.Effect)
			lines = append(lines, say(c.Name+": "+strings.Join(parts, "; "))...)
		}
	}
	if len(more) > 0 {
		lines = append(lines, say("also "+and(more))...)
	}
	if len(lines) > 0 && len(not) > 0 {
		lines = append(lines, say("not: "+strings.Join(not, "; "))...)
	}
	return lines
}

// reply suggests what could be decided and said. The client reads the
// practice's own texts; this is for the therapist.
func (w *writer) reply() []Line {
	if w.Case.Submitted != 0 && !w.Case.Undecided() {
		return nil
	}
	var parts []string
	switch w.Case.Urgency {
	case R0:
		parts = append(parts, "First make sure that help is there; call now")
	case R1:
		parts = append(parts, "Reach them today, in the way they asked for, before anything else")
	}
	a := w.Assessment
	switch a.Fit {
	case Book:
		parts = append(parts, "Offer times: “We can help with this. "+a.Candidates[0].Name+" can see you; please pick a time.”")
	case Another:
		first := a.find(a.First)
		until := ""
		if first.Opening != "" {
			until = " until about " + first.Opening.Words(w.Now.In(w.zone()))
		}
		parts = append(parts, "Colleague: “We can help with this. "+first.Name+" has no opening"+until+"; "+a.Candidates[0].Name+" has room now.”")
	case CapFull:
		day, _ := a.Opening()
		if day == "" {
			parts = append(parts, "Wait, with a date; the roster names none")
			break
		}
		now := w.Now.In(w.zone())
		by := WriteBy(day, DateOf(now))
		parts = append(parts, "Wait: “We can help with this, and have no opening until about "+day.Words(now)+
			". You choose; we will write by "+by.Words(now)+" either way.”")
	case Outside:
		switch {
		case w.e.Adult == "minor":
			parts = append(parts, "Youth lines were shown; nothing to book")
		case w.e.Out == "minors-attraction":
			parts = append(parts, "Refer: a specialist helpline and a human; repeat the limits before any detail")
		case w.e.Out == "sexual-services":
			parts = append(parts, "Refer: one plain reply that this is not offered here")
		default:
			parts = append(parts, "Refer: “We are not the right place for this. These names may be.”")
		}
	case Unasked:
		parts = append(parts, "Call or ask: “Thank you for writing. May we ask a little more?”")
	}
	return say(parts...)
}

// WriteBy suggests the day by which a client on the waitlist hears either way:
// 39 days before the opening, as in "no opening until about 9 June; we will
// write by 1 May"; when that is less than a week ahead, halfway there.
func WriteBy(opening, today Date) Date {
	open, now := opening.In(time.UTC), today.In(time.UTC)
	if open.IsZero() || now.IsZero() || !open.After(now) {
		return opening
	}
	by := open.AddDate(0, 0, -39)
	if by.Before(now.AddDate(0, 0, 7)) {
		days := int(open.Sub(now).Hours() / 24)
		by = now.AddDate(0, 0, (days+1)/2)
	}
	return DateOf(by)
}

const (
	columns   = 80
	titleWide = 9
)

// Text renders the summary for a terminal: at most 80 columns and 40 lines.
func (s Summary) Text() string {
	var b strings.Builder
	b.WriteString(s.Head + "\n")
	for _, sec := range s.Sections {
		title := sec.Title
		for _, line := range sec.Lines {
			for _, row := range wrap(line.Text, columns-titleWide) {
				b.WriteString(title + strings.Repeat(" ", titleWide-utf8.RuneCountInString(title)) + row + "\n")
				title = ""
			}
		}
	}
	if len(s.Decisions) > 0 {
		labels := make([]string, len(s.Decisions))
		for i, d := range s.Decisions {
			labels[i] = d.Label()
		}
		b.WriteString("[ " + strings.Join(labels, " · ") + " ]\n")
	}
	return b.String()
}

// wrap cuts at spaces, and inside a word only when it is wider than a row.
func wrap(s string, wide int) []string {
	var rows []string
	row, used := "", 0
	for _, word := range strings.Fields(s) {
		w := width(word)
		if used > 0 && used+1+w > wide {
			rows, row, used = append(rows, row), "", 0
		}
		if used > 0 {
			row, used = row+" ", used+1
		}
		for _, r := range word {
			if n := width(string(r)); used+n > wide {
				rows, row, used = append(rows, row), "", 0
			}
			row += string(r)
			used += width(string(r))
		}
	}
	if row != "" {
		rows = append(rows, row)
	}
	return rows
}

// width counts terminal columns: two for the wide letters and pictures.
func width(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r >= 0x1100 && r <= 0x115f, r >= 0x2e80 && r <= 0xa4cf, r >= 0xac00 && r <= 0xd7a3,
			r >= 0xf900 && r <= 0xfaff, r >= 0xfe30 && r <= 0xfe6f, r >= 0xff00 && r <= 0xff60,
			r >= 0x1f300 && r <= 0x1faff, r >= 0x20000:
			n += 2
		default:
			n++
		}
	}
	return n
}
