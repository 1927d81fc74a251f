package bot

import (
	"anteroom/bot/care"
)

// oneLineOf is what "channel" disclosure shows under the card: what is asked.
func oneLineOf(s care.Summary) string {
	for _, section := range s.Sections {
		if section.Key == "asked" && len(section.Lines) > 0 {
			return section.Lines[0].Text
		}
	}
	return ""
}

// card puts a card into the therapists' lane. Its id is the same however often
// the event is handled.
func (w *world) card(c Card, slot string) {
	if w.p.Desk == "" {
		return
	}
	w.out.parcels = append(w.out.parcels, parcel{lane: Lane{Channel: w.p.Desk, Of: SubjectID(slot)}, class: CardClass, slot: slot,
		id: slot + "/" + w.root.Pseudonym(string(w.ev.ID)), body: c})
}

func (w *world) notice(line string) {
	if w.p.Desk != "" {
		w.out.parcels = append(w.out.parcels, parcel{lane: Lane{Channel: w.p.Desk, Of: PracticeSubject}, class: CardClass, body: Notice{Line: line}})
	}
}

// standing says where a case stands, in words that may hang in a channel.
func (w *world) standing(c care.Case) []string {
	name := func(id care.TherapistID) string {
		t, _ := w.p.Therapist(id)
		return t.Name
	}
	var lines []string
	if c.Call.At != 0 && len(c.Decisions) == 0 {
		lines = append(lines, "The client asked to be called.")
	}
	d, _ := c.Last()
	by := name(d.By)
	switch c.Status {
	case care.OpenIntake:
		lines = append(lines, "The intake is not sent.")
		if c.Holder.By != "" {
			lines = append(lines, name(c.Holder.By)+" has this.")
		}
	case care.WaitingDecision:
		switch c.Answer.Kind {
		case care.Others:
			lines = append(lines, "The client asks for other times.")
		case care.SeeColleague:
			line := "The client would rather see a colleague now."
			if d.Kind == care.Colleague {
				line = "The client would like to see " + name(d.Therapist) + ": times are wanted."
			}
			lines = append(lines, line)
		case care.OtherNames:
			lines = append(lines, "The client asks for other names.")
		case care.Answered:
			lines = append(lines, "The client answered the question.")
		case care.Fine:
			lines = append(lines, "The client agrees to a colleague: times are wanted.")
		}
	case care.Claimed:
		lines = append(lines, name(c.Holder.By)+" has this.")
	case care.Offered:
		line := by + " offered times; the client has not picked one."
		switch {
		case len(d.Times) == 0:
			line = by + " asked whether the client would see " + name(d.Therapist) + "."
		case d.Therapist != d.By:
			line = by + " offered times with " + name(d.Therapist) + "; the client has not picked one."
		}
		lines = append(lines, line)
	case care.Waiting:
		line := by + " put the case on the waitlist."
		if c.Answer.Kind == care.WillWait {
			line = "On the waitlist; the client will wait."
		}
		lines = append(lines, line)
	case care.Referred:
		lines = append(lines, by+" gave other names.")
	case care.Asked:
		lines = append(lines, by+" asked one more question.")
	case care.Calling:
		lines = append(lines, by+" will call.")
	case care.Booked:
		lines = append(lines, "Booked with "+name(d.Therapist)+".")
	case care.Withdrawn:
		lines = append(lines, "The client needs it no longer.")
	}
	return lines
}
