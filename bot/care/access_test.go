package care_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"anteroom/bot/care"
)

// may says by action and status who may, read from the rule book and not from
// the table: sections 1, 7, 10 and 12.
var may = map[care.Action][]struct{ status, who string }{
	care.ToLook: {
		// "an undecided intake is read by those who read intakes", and by who has it in hand
		{"open-intake waiting-decision claimed waiting-free", "client intake part on-call glass operator"},
		// "a decided one by those who have a part in it"
		{"offered waiting referred asked calling booked withdrawn", "client part on-call glass operator"},
	},
	care.ToTake: {
		{"open-intake waiting-decision claimed waiting-free", "intake part on-call"},
		{"offered waiting referred asked calling booked withdrawn", "part on-call"},
	},
	care.ToDecide: {
		{"open-intake waiting-decision claimed waiting-free", "intake part"},
		{"offered waiting referred asked calling booked withdrawn", "part"},
	},
	care.ToAcknowledge: {
		{"open-intake waiting-decision claimed waiting-free", "intake part on-call"},
		{"offered waiting referred asked calling booked withdrawn", "part on-call"},
	},
	care.ToExport: {
		{"open-intake waiting-decision claimed waiting-free offered waiting referred asked calling booked withdrawn", "client part operator"},
	},
	care.ToErase: {
		// "an enquiry is erased whole; the clinical record stays sealed until its date"
		{"open-intake waiting-decision claimed waiting-free offered waiting referred asked calling withdrawn", "client operator service"},
		{"booked", "operator service"},
	},
	care.ToReadLog: {
		// "every look at a case is logged, and the client may see that log"
		{"open-intake waiting-decision claimed waiting-free offered waiting referred asked calling booked withdrawn", "client partner part glass operator"},
		{"erased", "operator"},
	},
	care.ToRelease: {
		// "passes on nothing without a signed release": the client's own signature
		{"open-intake waiting-decision claimed waiting-free offered waiting referred asked calling booked withdrawn", "client"},
	},
	care.ToBreakGlass: {
		{"open-intake waiting-decision claimed waiting-free offered waiting referred asked calling booked withdrawn", "here"},
	},
}

func statuses() map[string]care.Case {
	held := care.Claim{By: "ana"}
	all := map[string]care.Case{"waiting-free": {Status: care.Waiting}}
	for _, s := range []care.Status{care.OpenIntake, care.WaitingDecision, care.Claimed, care.Offered, care.Waiting, care.Referred,
		care.Asked, care.Calling, care.Booked, care.Withdrawn, care.Erased} {
		all[string(s)] = care.Case{Status: s, Holder: held}
	}
	return all
}

// TestAccess is every role × action × status: nobody may more than the rule
// book says, and nobody less.
func TestAccess(t *testing.T) {
	t.Parallel()
	asked, allowed := 0, 0
	for do := care.ToLook; do <= care.ToBreakGlass; do++ {
		for status, c := range statuses() {
			for _, role := range care.Roles() {
				want := slices.ContainsFunc(may[do], func(e struct{ status, who string }) bool {
					return slices.Contains(strings.Fields(e.status), status) && slices.Contains(strings.Fields(e.who), string(role))
				})
				err := c.May(do, role)
				if asked++; err == nil {
					allowed++
				}
				if (err == nil) != want {
					t.Errorf("%s, action %d, case %s: got %v, want allowed %v", role, do, status, err, want)
				}
			}
		}
	}
	if asked != 11*12*9 || allowed == 0 {
		t.Errorf("%d of %d were allowed: this test asked too little", allowed, asked)
	}
	c := care.Case{Status: care.WaitingDecision}
	if c.May(care.ToLook) == nil || c.May(care.ToBreakGlass+1, care.RoleOperator) == nil || c.May(200, care.Roles()...) == nil {
		t.Error("somebody without a role, or an action that there is not, was allowed")
	}
}

func TestWhyNot(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		do   care.Action
		c    care.Case
		as   []care.Role
		want error
	}{
		{care.ToLook, care.Case{Status: care.Offered}, []care.Role{care.RoleNobody}, care.ErrNobody},
		{care.ToLook, care.Case{Status: care.Offered}, []care.Role{care.RoleOutside}, care.ErrNobody},
		{care.ToLook, care.Case{Status: care.Offered}, []care.Role{care.RoleHere, care.RoleIntake}, care.ErrNoPart},
		{care.ToTake, care.Case{Status: care.Offered}, []care.Role{care.RoleHere, care.RoleIntake}, care.ErrLate},
		{care.ToTake, care.Case{Status: care.Offered}, []care.Role{care.RoleHere}, care.ErrNoPart},
		{care.ToErase, care.Case{Status: care.Booked}, []care.Role{care.RoleClient}, care.ErrKept},
		{care.ToLook, care.Case{Status: care.Erased}, []care.Role{care.RoleOperator}, care.ErrGone},
		{care.ToRelease, care.Case{Status: care.Booked}, []care.Role{care.RoleHere, care.RolePart}, care.ErrNotTheirs},
	} {
		if got := tt.c.May(tt.do, tt.as...); !errors.Is(got, tt.want) {
			t.Errorf("%v, action %d, %s: got %v, want %v", tt.as, tt.do, tt.c.Status, got, tt.want)
		}
	}
}

func TestRolesOf(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	p := care.Practice{OnCall: care.OnCall{Therapist: "oona"}, Therapists: []care.Therapist{{ID: "ana", Intake: true}, {ID: "sam"}, {ID: "oona"}, {ID: ""}}}
	glass := func(age time.Duration) []care.Glass { return []care.Glass{{By: "sam", At: now.Add(-age).Unix()}} }
	for _, tt := range []struct {
		id    care.TherapistID
		c     care.Case
		glass []care.Glass
		want  string
	}{
		{"ghost", care.Case{}, nil, "nobody"},
		{"", care.Case{}, nil, "nobody"}, // an empty holder is nobody's part
		{"ana", care.Case{}, nil, "here intake"},
		{"sam", care.Case{}, nil, "here"},
		{"sam", care.Case{Holder: care.Claim{By: "sam"}}, nil, "here part"},
		{"sam", care.Case{Decisions: []care.Decision{{By: "ana", Therapist: "sam"}}}, nil, "here part"},
		{"sam", care.Case{}, glass(0), "here glass"},
		{"sam", care.Case{}, glass(care.GlassFor - time.Second), "here glass"},
		{"sam", care.Case{}, glass(care.GlassFor), "here"},
		{"ana", care.Case{}, glass(0), "here intake"},
		{"oona", care.Case{Alerts: []care.Alert{{Name: care.AlertCrisis}}}, nil, "here on-call"},
		{"oona", care.Case{Alerts: []care.Alert{{Name: care.AlertCrisis, AckBy: "oona"}}}, nil, "here on-call"},
		{"oona", care.Case{Alerts: []care.Alert{{Name: care.AlertCrisis, AckBy: "ana"}}}, nil, "here"},
		{"oona", care.Case{}, nil, "here"},
	} {
		if got := strings.Trim(fmt.Sprint(p.RolesOf(tt.id, tt.c, tt.glass, now)), "[]"); got != tt.want {
			t.Errorf("%q in %+v: got %s, want %s", tt.id, tt.c.Holder, got, tt.want)
		}
	}
}

func TestGlassReason(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Ruth is ill":                      "Ruth is ill",
		"  Ruth\n is \t ill\x00 today ":    "Ruth is ill today",
		"":                                 "",
		"because":                          "",
		"... --- ... 1 2 3":                "",
		"\xff\xfe \xff":                    "",
		strings.Repeat("on call ", 100):    "",
		"estoy de guardia por Ruth":        "estoy de guardia por Ruth",
		"a b c" + strings.Repeat("é", 495): "a b c" + strings.Repeat("é", 495),
		"a b c" + strings.Repeat("é", 496): "",
	} {
		got, err := care.GlassReason(in)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q: got %q, %v; want %q", in, got, err, want)
		}
	}
}
