package bot

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"anteroom/bot/care"
)

// caseLogs are the logs of cases that a step asked for, and what was read.
type caseLogs struct {
	want []care.CaseID
	have map[care.CaseID][]auditLine
}

// log gives the lines of a case's log as they were before this step, those
// that hold together. It returns errNeed until they are read.
func (w *world) log(id care.CaseID) ([]auditLine, error) {
	lines, ok := w.logs.have[id]
	if !ok {
		w.logs.want = append(w.logs.want, id)
		return nil, errNeed
	}
	return lines, nil
}

func (s *Service) loadLogs(ctx context.Context, w *world) error {
	for _, id := range w.logs.want {
		lines, _, err := s.checkLog(ctx, id)
		_, broken := errors.AsType[*BrokenLog](err)
		if err != nil && !broken && !errors.Is(err, ErrNoCase) {
			return err
		}
		if broken {
			s.health.Report("audit", err)
		}
		if w.logs.have == nil {
			w.logs.have = make(map[care.CaseID][]auditLine)
		}
		w.logs.have[id] = lines
	}
	w.logs.want = nil
	return nil
}

const (
	// looksMost is how many lines of the log a client is shown at once.
	looksMost = 30
	// looksSame is how far apart two looks of one person are one: a summary is
	// read again whenever one of its buttons is pressed.
	looksSame = 15 * time.Minute
)

// looks are the lines of the log that tell the client who saw their case or
// gave something of it away, oldest first, in their language. What the client
// did stands there not, nor who was called for what: an alert would give away
// an answer about safety to whoever holds the phone.
func (t *talk) looks() ([]string, error) {
	cases, err := t.earlier()
	if err != nil {
		return nil, err
	}
	if t.c.Case != "" {
		rec, err := read[caseRecord](t.w, CaseSubject(t.c.Case))
		if err != nil {
			return nil, err
		}
		if rec != nil {
			cases = append(cases, rec)
		}
	}
	var lines []string
	for _, rec := range cases {
		all, err := t.w.log(rec.Case.ID)
		if err != nil {
			return nil, err
		}
		lines = append(lines, t.looksAt(rec, all)...)
	}
	if more := len(lines) - looksMost; more > 0 {
		lines = slices.Insert(lines[more:], 0, t.text("looks-earlier", "n", t.tongue().number(more)))
	}
	return lines, nil
}

// looksAt are the lines about one case.
func (t *talk) looksAt(rec *caseRecord, all []auditLine) (lines []string) {
	speaks := len(rec.Chats) > 0 && rec.Chats[0] == t.self
	saw, told := 0, 0
	if string(rec.Case.ID) == t.c.Case {
		saw, told = t.concerns(all)
	}
	last := make(map[string]int64) // when a line of this kind and person was written
	for i, l := range all {
		key := looksKey(l)
		switch {
		case key == "":
			continue
		case slices.Contains(looksOfAll, l.What):
			if i < saw {
				continue
			}
		case !speaks || i < told:
			continue
		}
		who := t.lookedBy(l)
		if at, ok := last[key+who]; ok && l.At-at < int64(looksSame/time.Second) {
			continue
		}
		last[key+who] = l.At
		lines = append(lines, t.text(key, "who", who, "at", t.tongue().moment(time.Unix(l.At, 0), t.zone())))
	}
	return lines
}

// concerns finds from which lines on a case's log is about this person as well.
// Before a partner had agreed there was nothing of theirs to be seen, and that the
// other was looked at is nothing for them. What was decided is told to them once
// whoever it was told to before has left.
func (t *talk) concerns(all []auditLine) (saw, told int) {
	if t.c.Seat == 0 {
		return 0, 0
	}
	saw, told = len(all), len(all)
	for i, l := range all {
		mine := l.Role == Client && l.By == t.who()
		switch no, _ := strconv.Atoi(strings.TrimPrefix(l.By, partnerName)); { // 0: who opened the case
		case mine && l.What == didCome: // whoever had the number before is somebody else
			saw, told = len(all), len(all)
		case mine && l.What == didAgree:
			saw = min(saw, i)
		case l.Role == Client && l.What == didLeave && no < int(t.c.Seat):
			told = i
		}
	}
	return saw, told
}

// looksOfAll are what a partner is shown too: who saw the case. What was decided
// with whoever speaks for it, or given away by a release, is theirs alone.
var looksOfAll = []string{didLook, didBreak, didExport}

// looksKey is the text of a line, empty for what is not shown.
func looksKey(l auditLine) string {
	if l.Role != Therapist && l.Role != Operator {
		return ""
	}
	switch l.What {
	case didLook, didBreak, didExport, didDisclose:
		return "looks." + l.What
	case didClaim:
		return "looks.took"
	}
	if slices.Contains(care.DecisionKinds(), care.DecisionKind(l.What)) {
		return "looks.decided"
	}
	return ""
}

func (t *talk) lookedBy(l auditLine) string {
	if l.Role == Operator {
		return t.text("looks.operator")
	}
	if who, ok := t.w.p.Therapist(care.TherapistID(l.By)); ok {
		return who.Name
	}
	return t.text("looks.therapist")
}
