package care_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"anteroom/bot/care"
)

var signedOn = time.Date(2027, 5, 3, 10, 0, 0, 0, time.UTC)

func release(fields ...care.ReleaseField) care.Release {
	return care.Release{To: "Dr. Grey", Fields: fields, Why: "a check", Until: "2027-06-03", Signature: "Ann Example", Language: "en", Text: 7}
}

func TestGiveRelease(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(*care.Release)
		ok     bool
	}{
		{"as it should be", func(*care.Release) {}, true},
		{"to nobody", func(r *care.Release) { r.To = "  " }, false},
		{"a long name", func(r *care.Release) { r.To = strings.Repeat("x", 201) }, false},
		{"no field", func(r *care.Release) { r.Fields = nil }, false},
		{"a field that is none", func(r *care.Release) { r.Fields = []care.ReleaseField{"body", "diary"} }, false},
		{"no reason", func(r *care.Release) { r.Why = "" }, false},
		{"not signed", func(r *care.Release) { r.Signature = " " }, false},
		{"no day", func(r *care.Release) { r.Until = "" }, false},
		{"a day that is none", func(r *care.Release) { r.Until = "2027-13-01" }, false},
		{"today", func(r *care.Release) { r.Until = "2027-05-03" }, false},
		{"gone by", func(r *care.Release) { r.Until = "2027-05-02" }, false},
		{"tomorrow", func(r *care.Release) { r.Until = "2027-05-04" }, true},
		{"a year", func(r *care.Release) { r.Until = "2028-05-03" }, true},
		{"more than a year", func(r *care.Release) { r.Until = "2028-05-05" }, false},
	} {
		r := release(care.ReleaseBody)
		tt.change(&r)
		got, err := care.Releases(nil).Give(r, signedOn)
		if tt.ok != (err == nil) || err != nil && !errors.Is(err, care.ErrNotPossible) || len(got) != map[bool]int{true: 1}[tt.ok] {
			t.Errorf("%s: got %d releases and %v", tt.name, len(got), err)
		}
	}
}

func TestReleaseInForce(t *testing.T) {
	t.Parallel()
	rs, err := care.Releases(nil).Give(release(care.ReleaseBody), signedOn)
	if err != nil {
		t.Fatal(err)
	}
	revoked, any := rs.Revoke(1, signedOn.Add(time.Hour))
	if !any {
		t.Fatal("nothing was revoked")
	}
	pacific := time.FixedZone("west", -8*3600)
	for _, tt := range []struct {
		name string
		rs   care.Releases
		at   time.Time
		want bool
	}{
		{"at once", rs, signedOn, true},
		{"before it was signed", rs, signedOn.Add(-time.Second), false},
		{"on its last day", rs, time.Date(2027, 6, 2, 23, 59, 59, 0, time.UTC), true},
		{"when its day begins", rs, time.Date(2027, 6, 3, 0, 0, 0, 0, time.UTC), false},
		{"when its day begins elsewhere", rs, time.Date(2027, 6, 3, 0, 0, 0, 0, time.UTC).In(pacific), true},
		{"long after", rs, signedOn.AddDate(3, 0, 0), false},
		{"revoked", revoked, signedOn.Add(2 * time.Hour), false},
	} {
		if got := tt.rs[0].InForce(tt.at); got != tt.want {
			t.Errorf("%s: in force %v, want %v", tt.name, got, tt.want)
		}
		if got := len(tt.rs.InForce(tt.at)); got != map[bool]int{true: 1}[tt.want] {
			t.Errorf("%s: %d are in force", tt.name, got)
		}
	}
	if rs[0].Revoked != 0 {
		t.Error("revoking changed what it was given")
	}
	if _, any := revoked.Revoke(1, signedOn.Add(3*time.Hour)); any {
		t.Error("it was revoked twice")
	}
	if noted, ok := revoked.Note(1, care.Disclosure{At: 5}); !ok || len(noted[0].Sent) != 1 || len(revoked[0].Sent) != 0 {
		t.Error("what left is not noted, or changed what it was given")
	}
	for _, n := range []int{-1, 0, 2} {
		if _, ok := rs.Find(n); ok {
			t.Errorf("there is a release %d", n)
		}
	}
}

// No fact leaves by more than one field besides "all", and one that nobody put
// anywhere leaves with "all" only.
func TestFieldsAreApart(t *testing.T) {
	t.Parallel()
	facts := []string{"call_name", "contact", "phone", "topics", "bother", "topic_words", "times", "can_pay", "body_now", "nitrates", "safe", "afraid", "assault",
		"words", "here", "urgency", "out", "something-new", ""}
	for _, fact := range facts {
		var by []care.ReleaseField
		for _, f := range care.ReleaseFields() {
			if release(f).Lets(fact) {
				by = append(by, f)
			}
		}
		if len(by) == 0 || by[len(by)-1] != care.ReleaseAll || len(by) > 2 {
			t.Errorf("%s leaves by %v", fact, by)
		}
		alone := slices.Contains([]string{"words", "here", "urgency", "out", "something-new", ""}, fact)
		if alone != (len(by) == 1) {
			t.Errorf("%s leaves by %v", fact, by)
		}
	}
}

// Whatever is given and revoked in whatever order: numbers never change, none
// comes back into force, and nothing is in force beyond its day.
func TestReleasesOverTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var rs care.Releases
		now := signedOn
		dead := map[int]bool{}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 40*24).Draw(t, "hours")) * time.Hour)
			if rapid.Bool().Draw(t, "give") {
				r := release(rapid.SampledFrom(care.ReleaseFields()).Draw(t, "field"))
				r.Until = care.DateOf(now.AddDate(0, 0, rapid.IntRange(1, 366).Draw(t, "days")))
				if next, err := rs.Give(r, now); err == nil {
					rs = next
				}
			} else {
				n := rapid.IntRange(0, len(rs)+1).Draw(t, "number")
				rs, _ = rs.Revoke(n, now)
				if n == 0 && len(rs.InForce(now)) > 0 {
					t.Fatal("some are in force after all were revoked")
				}
			}
			for i, r := range rs {
				live := r.InForce(now)
				if r.Number != i+1 || live && (dead[i] || care.DateOf(now) >= r.Until) {
					t.Fatalf("release %d at %d: in force %v", r.Number, i+1, live)
				}
				dead[i] = dead[i] || !live
			}
		}
		if len(rs) > care.MostReleases {
			t.Fatalf("%d releases", len(rs))
		}
	})
}

func TestReleaseIsRedacted(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"%v", "%+v", "%#v"} {
		if diff := cmp.Diff(fmt.Sprintf(form, release(care.ReleaseAll)), "[redacted]"); diff != "" {
			t.Errorf("%s: %s", form, diff)
		}
	}
}
