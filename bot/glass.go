package bot

import (
	"fmt"

	"anteroom/bot/care"
)

// breakGlass opens a case to a therapist who has no part in it, for a day: the
// reason goes into the case's log, and the practice is told at once, without
// it. Who may look as things are has nothing to break, and nothing is written.
func breakGlass(w *world, rec *caseRecord, a Act) error {
	roles := w.p.RolesOf(a.By, rec.Case, rec.Custody.Glass, w.now)
	if rec.Case.May(care.ToLook, roles...) == nil {
		return nil
	}
	if err := rec.Case.May(care.ToBreakGlass, roles...); err != nil {
		return refusal{notAllowed(err)}
	}
	reason, err := care.GlassReason(a.Glass)
	if err != nil {
		return refusal{err}
	}
	t, _ := w.p.Therapist(a.By)
	rec.Custody.Glass = care.Broken(rec.Custody.Glass, t.ID, w.now)
	w.auditReason(rec.Case.ID, auditLine{Role: Therapist, By: string(t.ID), What: didBreak}, reason)
	w.write(w.ev.Subject, *rec)
	w.notice(fmt.Sprintf("%s: %s has no part in this case and opened it, with a reason. It ends in 24 hours, and stands in the case's log.", rec.Case.ID, t.Name))
	return nil
}
