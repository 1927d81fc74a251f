package care_test

import (
	"testing"
	"time"

	"anteroom/bot/care"
)

func TestPeriods(t *testing.T) {
	day := func(s string) time.Time {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct{ period, from, want string }{
		{"1mo", "2027-01-31", "2027-02-28"},
		{"1mo", "2028-01-31", "2028-02-29"},
		{"3mo", "2027-08-31", "2027-11-30"},
		{"6mo", "2027-08-31", "2028-02-29"},
		{"12mo", "2028-02-29", "2029-02-28"},
		{"12mo", "2027-12-31", "2028-12-31"},
		{"2w", "2027-02-20", "2027-03-06"},
		{"1y", "2028-02-29", "2029-02-28"},
		{"24h", "2027-02-20", "2027-02-21"},
	} {
		p, err := care.ParsePeriod(c.period)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.After(day(c.from)).Format(time.DateOnly); got != c.want {
			t.Errorf("%s after %s: got %s, want %s", c.period, c.from, got, c.want)
		}
		if back, err := care.ParsePeriod(p.String()); err != nil || back != p {
			t.Errorf("%s reads back as %v, %v", p, back, err)
		}
	}
	for _, s := range []string{"", "mo", "0mo", "0w", "-1mo", "1.5mo", "1201mo", "5218w", "99999999999999999999d", "6 mo", "-2h", "0s", "1month"} {
		if p, err := care.ParsePeriod(s); err == nil {
			t.Errorf("%q was read as %v", s, p)
		}
	}
}

func TestPeriodOver(t *testing.T) {
	order := []string{"2s", "48h", "3d", "1w", "1mo", "6w", "6mo", "11mo", "1y", "13mo"}
	for i, a := range order {
		for j, b := range order {
			p, _ := care.ParsePeriod(a)
			q, _ := care.ParsePeriod(b)
			if got := p.Over(q); got != (i > j) {
				t.Errorf("%s over %s: %v", a, b, got)
			}
		}
	}
}
