package scheduler

import (
	"math/bits"
	"time"

	"github.com/robfig/cron/v3"
)

// line is a cron line as sets of numbers, bit n for n. The cron package reads
// the line; finding the next time is done here, because it is asked in both
// directions, and a weekly line takes the package some microseconds.
//
// A line works on a clock that never jumps, in minutes since 1970: see
// [minuteOf] and [wallAt].
type line struct {
	minutes, hours, days, months, weekdays uint64
	either                                 bool // both kinds of day are restricted: one of them suffices
}

const (
	dayMinutes = 24 * 60
	// How many years are searched. Around 2100 two leap days are eight years
	// apart, and a leap day on one weekday comes every 28 years, or 40 then.
	searched = 41
)

// never is before every minute that a line can name.
const never = -1 << 62

func lineOf(s *cron.SpecSchedule) line {
	const star = 1 << 63 // as the cron package marks it
	return line{
		minutes: s.Minute &^ star, hours: s.Hour &^ star,
		days: s.Dom &^ star, months: s.Month &^ star, weekdays: s.Dow &^ star,
		either: s.Dom&star == 0 && s.Dow&star == 0,
	}
}

// next returns the first minute after m that the line names.
func (l line) next(m int64) (int64, bool) {
	m++
	day, rest := floor(m, dayMinutes)
	if l.on(day) {
		if tod, ok := l.fromTime(int(rest)); ok {
			return day*dayMinutes + int64(tod), true
		}
	}
	if day, ok := l.nextDay(day + 1); ok {
		tod, _ := l.fromTime(0)
		return day*dayMinutes + int64(tod), true
	}
	return 0, false
}

// last returns the last minute that the line names and that is not after m, or
// [never].
func (l line) last(m int64) int64 {
	day, rest := floor(m, dayMinutes)
	if l.on(day) {
		if tod, ok := l.toTime(int(rest)); ok {
			return day*dayMinutes + int64(tod)
		}
	}
	day, ok := l.lastDay(day - 1)
	if !ok {
		return never
	}
	tod, _ := l.toTime(dayMinutes - 1)
	return day*dayMinutes + int64(tod)
}

// fromTime returns the first time of day from tod on.
func (l line) fromTime(tod int) (int, bool) {
	h, m := tod/60, tod%60
	if l.hours>>h&1 != 0 {
		if left := l.minutes >> m << m; left != 0 {
			return h*60 + bits.TrailingZeros64(left), true
		}
	}
	if left := l.hours >> (h + 1) << (h + 1); left != 0 {
		return bits.TrailingZeros64(left)*60 + bits.TrailingZeros64(l.minutes), true
	}
	return 0, false
}

// toTime returns the last time of day up to tod.
func (l line) toTime(tod int) (int, bool) {
	h, m := tod/60, tod%60
	if l.hours>>h&1 != 0 {
		if left := l.minutes & (1<<(m+1) - 1); left != 0 {
			return h*60 + bits.Len64(left) - 1, true
		}
	}
	if left := l.hours & (1<<h - 1); left != 0 {
		return (bits.Len64(left)-1)*60 + bits.Len64(l.minutes) - 1, true
	}
	return 0, false
}

// on reports whether the line names the day, counted since 1970.
func (l line) on(day int64) bool {
	_, month, d := civil(day)
	return l.months>>month&1 != 0 && l.names(d, weekday(day))
}

func (l line) names(day, weekday int) bool {
	a, b := l.days>>day&1 != 0, l.weekdays>>weekday&1 != 0
	return a && b || l.either && (a || b)
}

// nextDay returns the first day from day on that the line names.
func (l line) nextDay(day int64) (int64, bool) {
	year, month, d := civil(day)
	week := weekday(day)
	for end := year + searched; year < end; {
		length := monthLength(year, month)
		if l.months>>month&1 == 0 {
			day += int64(length - d + 1)
			week = weekday(day)
		} else {
			for ; d <= length; d, day = d+1, day+1 {
				if l.names(d, week) {
					return day, true
				}
				if week++; week == 7 {
					week = 0
				}
			}
		}
		d = 1
		if month++; month == 13 {
			year, month = year+1, 1
		}
	}
	return 0, false
}

// lastDay returns the last day up to day that the line names.
func (l line) lastDay(day int64) (int64, bool) {
	year, month, d := civil(day)
	for end := year - searched; year > end; {
		if l.months>>month&1 == 0 {
			day -= int64(d)
		} else {
			for ; d >= 1; d, day = d-1, day-1 {
				if l.names(d, weekday(day)) {
					return day, true
				}
			}
		}
		if month--; month == 0 {
			year, month = year-1, 12
		}
		d = monthLength(year, month)
	}
	return 0, false
}

// minuteOf is a wall-clock time in minutes since 1970, rounded down.
func minuteOf(wall time.Time) int64 {
	m, _ := floor(wall.Unix(), 60)
	return m
}

// wallAt is the wall-clock time of a minute.
func wallAt(m int64) time.Time { return time.Unix(m*60, 0).UTC() }

// dayOf is the day of a wall-clock time, counted since 1970.
func dayOf(wall time.Time) int64 {
	day, _ := floor(wall.Unix(), dayMinutes*60)
	return day
}

func weekday(day int64) int {
	_, w := floor(day+4, 7) // 1970 began on a Thursday
	return int(w)
}

// floor divides and rounds down; rest is never negative.
func floor(a, b int64) (whole, rest int64) {
	whole, rest = a/b, a%b
	if rest < 0 {
		whole, rest = whole-1, rest+b
	}
	return whole, rest
}

// civil returns the date of a day counted since 1970. The years of the
// computation begin in March, so that the leap day is the last of them
// (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
func civil(day int64) (year, month, d int) {
	era, doe := floor(day+719468, 146097)
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d = int(doy - (153*mp+2)/5 + 1)
	year, month = int(yoe+era*400), int(mp+3)
	if month > 12 {
		month, year = month-12, year+1
	}
	return year, month, d
}

func monthLength(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}
