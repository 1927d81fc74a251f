package slack

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
)

// moveWords are a move's button and what it means. A button's words are a
// modal's title too: 24 letters.
var moveWords = map[care.MoveName][2]string{
	care.MoveAccept:   {"Take on", "The first session is settled, and the evaluation begins."},
	care.MovePlan:     {"Plan", "The evaluation is done. Goals and a plan come next."},
	care.MoveStart:    {"Begin the therapy", "The plan is agreed. What you give to try at home goes out from now on."},
	care.MoveReach:    {"Goals reached", "The goals are met. You decide on new goals or the ending."},
	care.MoveGoOn:     {"Go on", "Not quite yet: the therapy goes on."},
	care.MoveReplan:   {"New goals", "Back to goals and a plan."},
	care.MoveEnd:      {"Begin the ending", "The client looks back on the work with the chat, writes a list of signs, and may ask for boosters. Your good-bye comes last."},
	care.MoveReturn:   {"Take back into care", "The client comes back. Boosters stop, and you decide how to go on."},
	care.MoveEvaluate: {"Evaluate anew", "A new evaluation begins."},
	care.MoveClose:    {"Close without an ending", "The case is closed. The client is asked nothing more."},
}

// cadenceWords are what comes round, in a therapist's words.
var cadenceWords = map[care.CadenceName]string{
	care.CadenceWaitlist:    "still want it?",
	care.CadenceSittings:    "questions before the first sessions",
	care.CadenceSessions:    "sessions and their reminders",
	care.CadenceBrief:       "your brief",
	care.CadenceGoals:       "agreeing to the goals",
	care.CadenceAssignments: "assignments",
	care.CadenceReport:      "report",
	care.CadencePulse:       "two-tap pulse",
	care.CadenceMeasures:    "questionnaires",
	care.CadenceReview:      "goal review",
	care.CadenceEnding:      "the ending",
	care.CadenceBoosters:    "boosters",
}

func listed(names []care.CadenceName) string {
	words := make([]string, len(names))
	for i, n := range names {
		words[i] = cmp.Or(cadenceWords[n], string(n))
	}
	return strings.Join(words, ", ")
}

func phaseWord(p care.Phase) string {
	if p == care.PhaseIntake {
		return "enquiry"
	}
	return string(p)
}

// The five levels of a goal, as a choice.
var levelChoice = [][2]string{
	{"-2", "−2 · much less than hoped for"}, {"-1", "−1 · less than hoped for"}, {"0", "0 · as hoped for"},
	{"1", "+1 · more than hoped for"}, {"2", "+2 · much more than hoped for"},
}

// deeds are what is done by a press alone, or by a form: what is said when it
// is done, and what is in the way where the case does not let it happen and the
// service has no words of its own for it.
var deeds = map[string]struct{ done, not string }{
	"undo":    {"Your move is taken back. What it cancelled stays cancelled.", "The move cannot be taken back any more."},
	"met":     {"Noted: you met.", "The session has not begun, or the client was asked about it already."},
	"missed":  {"Noted: they did not come. The client is asked about it, kindly.", "The session has not begun, or the client was asked about it already."},
	"cancel":  {"The session is cancelled. Who had a time is told.", "It has begun, or is over already."},
	"drop":    {"The goal is out of the plan. What was said of it stays.", "There is no such goal any more."},
	"agree":   {"The goals are on their way, for everybody to agree to.", ""},
	"take":    {"The assignment is taken back.", "Somebody told of it already, or it is over."},
	"hold":    {"Assignments are on hold. To the client it looks like a pause.", ""},
	"lift":    {"The hold is lifted.", "Nothing is on hold."},
	"seen":    {"Noted: you have seen the flags.", ""},
	"move":    {"Moved.", "The case cannot be moved so from where it stands now."},
	"offer":   {"The times are kept, and with the client.", "Other times are with the client, no session belongs to this stage, or the evaluation has all its sessions."},
	"book":    {"The session is booked, and everybody is told.", "No session belongs to this stage, or the evaluation has all its sessions."},
	"observe": {"Noted, for you and who shares the case. No client sees it.", "Say something in at least one field."},
	"score":   {"The score is in the case.", "That form is asked here already, or its name cannot be kept: use letters and figures, FSFI."},
	"goal":    {"The goal is set. Ask for agreement when the goals are complete.", "Goals are set from the planning on, and five are enough for one person."},
	"rate":    {"Your rating stands. The client's own stays beside it.", "There is no rating to confirm any more."},
	"give":    {"Given. It goes out at its time, outside quiet hours.", "It is with them already, five are open, it would end before it begins, or no assignment belongs to this stage."},
	"less":    {"Noted.", "That cannot be changed here."},
}

// day words a moment on the practice's clock.
func (s *Slack) moment(unix int64) string {
	at, now := time.Unix(unix, 0).In(s.opt.Zone), s.opt.Now().In(s.opt.Zone)
	if at.Year() != now.Year() {
		return at.Format("Mon 2 Jan 2006 15:04")
	}
	return at.Format("Mon 2 Jan 15:04")
}

func count(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// title is an assignment of the library as a therapist reads it.
func title(v bot.View) func(id string) string {
	return func(id string) string {
		for _, p := range v.Library {
			if p.ID == id {
				return p.Title
			}
		}
		return id
	}
}
