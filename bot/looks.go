package bot

import (
	"context"
	"errors"
	"slices"
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
	if t.c.Case == "" {
		return nil, nil
	}
	all, err := t.w.log(care.CaseID(t.c.Case))
	if err != nil {
		return nil, err
	}
	rec, err := read[caseRecord](t.w, CaseSubject(t.c.Case))
	if err != nil || rec == nil {
		return nil, err
	}
	first := len(rec.Chats) > 0 && rec.Chats[0] == t.self
	var lines []string
	last := make(map[string]int64) // when a line of this kind and person was written
	for _, l := range all {
		key := looksKey(l)
		if key == "" || !first && !slices.Contains(looksOfAll, l.What) {
			continue
		}
		who := t.lookedBy(l)
		if at, ok := last[key+who]; ok && l.At-at < int64(looksSame/time.Second) {
			continue
		}
		last[key+who] = l.At
		lines = append(lines, t.text(key, "who", who, "at", t.tongue().moment(time.Unix(l.At, 0), t.zone())))
	}
	if more := len(lines) - looksMost; more > 0 {
		lines = slices.Insert(lines[more:], 0, t.text("looks-earlier", "n", t.tongue().number(more)))
	}
	return lines, nil
}

// looksOfAll are what a partner is shown too: who saw the case. What was decided
// with the first, or given away by a release of theirs, is theirs alone.
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
