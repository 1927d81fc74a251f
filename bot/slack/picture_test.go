package slack_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"anteroom/bot"
	fakeslack "anteroom/bot/slack/slacktest"
)

var sampleBrief = bot.Brief{Case: "K7Q-42", Session: 2, Line: "K7Q-42: the brief for Tue 4 May 10:00 is ready, for Ana.", Counts: "1 goal · 1 flag"}

// briefed sends the brief to ana and opens it from there.
func (w *world) briefed() fakeslack.View {
	w.Helper()
	_, err := w.slack.Send(w.ctx, bot.Delivery{ID: "b1", To: ana, Body: sampleBrief})
	w.must(err)
	m, err := w.fake.WaitMessage(w.ctx, fakeslack.DM(ana), nil)
	w.must(err)
	_, err = w.fake.User(ana).Press(m, "anteroom.brief.K7Q-42.2")
	w.must(err)
	v, err := w.fake.WaitView(w.ctx, ana, nil)
	w.must(err)
	return v
}

// pictured waits until ana sees the picture.
func (w *world) pictured() fakeslack.View {
	w.Helper()
	v, err := w.fake.WaitView(w.ctx, ana, func(v fakeslack.View) bool { return len(imagesOf(v)) > 0 })
	w.must(err)
	return v
}

func imagesOf(v fakeslack.View) (files []string) {
	for _, b := range v.Blocks {
		if b["type"] == "image" {
			files = append(files, b["slack_file"].(map[string]any)["id"].(string))
		}
	}
	return files
}

// noFiles waits until no picture is in Slack. The end of the test's patience is
// the end of Run, which leaves none either: that does not count.
func (w *world) noFiles(when string) {
	w.Helper()
	w.eventually("no picture in Slack "+when, func() bool { return len(w.fake.Files()) == 0 && w.ctx.Err() == nil })
}

// A brief comes to its therapist alone, without a word of the client; the page
// and its picture open from there.
func TestBriefComes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(s *settings) { s.fake.FileUnseen = 1 })
	w.desk = &desk{view: inCare(t)}
	w.run()
	w.briefed()
	if n := len(w.fake.Messages(fakeslack.Channel)); n != 0 {
		t.Errorf("got %d messages in the channel, want none", n)
	}
	m := w.fake.Messages(fakeslack.DM(ana))[0]
	if got, want := m.Plain(), "1 goal · 1 flag\nRead brief\n"+sampleBrief.Line; !sameLines(got, want) || strings.Contains(m.Text, "flag") {
		t.Errorf("got %q with the text %q, want the lines of %q", got, m.Text, want)
	}
	v := w.pictured()
	if !strings.Contains(v.Plain(), "K7Q-42 · middle · Tue 4 May 10:00") || len(w.desk.looks) != 1 {
		t.Errorf("got %q after %d looks, want the table of that session and one look", v.Plain(), len(w.desk.looks))
	}
	all := w.fake.Files()
	if len(all) != 1 || len(all[0].Shared) > 0 || !bytes.HasPrefix(all[0].Data, []byte("\x89PNG")) || strings.Contains(all[0].Name, "K7Q") {
		t.Errorf("got files %+v, want one picture, shared with nobody", all)
	}
	w.fake.User(ana).CloseView()
	w.noFiles("after the modal was closed")
}

func sameLines(a, b string) bool {
	seen := map[string]int{}
	for line := range strings.SplitSeq(a, "\n") {
		seen[line]++
	}
	for line := range strings.SplitSeq(b, "\n") {
		seen[line]--
	}
	for _, n := range seen {
		if n != 0 {
			return false
		}
	}
	return true
}

// Whom no direct message reaches, and who has no id here, gets a line in the
// channel: the same without the figures.
func TestBriefInChannel(t *testing.T) {
	t.Parallel()
	for name, to := range map[string]string{"no messages": ana, "no id": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			if to != "" {
				w.fake.Script("chat.postMessage", fakeslack.Fault{Error: "messages_tab_disabled"})
			}
			_, err := w.slack.Send(w.ctx, bot.Delivery{ID: "b1", To: to, Body: sampleBrief})
			w.must(err)
			all := w.fake.Messages(fakeslack.Channel)
			if len(all) != 1 || !sameLines(all[0].Plain(), "Read brief\n"+sampleBrief.Line) {
				t.Errorf("got %+v, want the line", all)
			}
		})
	}
}

// However the modal goes on, the picture leaves Slack.
func TestPictureGoes(t *testing.T) {
	t.Parallel()
	t.Run("another page in its place", func(t *testing.T) {
		t.Parallel()
		w := inCourse(t)
		w.briefed()
		_, err := w.fake.User(ana).PressView(w.pictured(), "anteroom.case.K7Q-42")
		w.must(err)
		w.noFiles("after the case was opened")
	})
	t.Run("closed before it came", func(t *testing.T) {
		t.Parallel()
		w := inCourse(t)
		w.fake.Script("files.completeUploadExternal", fakeslack.Fault{Delay: 50 * time.Millisecond})
		w.briefed()
		w.fake.User(ana).CloseView()
		w.eventually("the picture is uploaded", func() bool { return len(w.fake.Calls("files.completeUploadExternal")) == 1 })
		w.eventually("it is tried to be shown", func() bool { return len(w.fake.Calls("views.update")) == 1 })
		w.noFiles("when there is no modal for it")
	})
	t.Run("too long", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, func(s *settings) { s.slack.PictureFor = 20 * time.Millisecond })
		w.desk = &desk{view: inCare(t)}
		w.run()
		w.fake.Script("files.delete", fakeslack.Fault{Error: "fatal_error"}) // and again, until it is gone
		w.briefed()
		w.pictured()
		w.clock.Advance(time.Second)
		w.noFiles("after its time")
	})
	t.Run("the end", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, nil)
		w.desk = &desk{view: inCare(t)}
		t.Cleanup(func() { w.noFiles("after Run ended") }) // after what run leaves to be done, before the workspace closes
		w.run()
		w.briefed()
		w.pictured()
	})
	t.Run("a crash", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, nil)
		w.fake.PutFile(fakeslack.Bot, "course-harbour.png")
		others := []string{w.fake.PutFile(ana, "course-harbour.png"), w.fake.PutFile(fakeslack.Bot, "else.png")}
		w.run()
		w.eventually("the old picture is gone", func() bool { return len(w.fake.Files()) == len(others) })
		for i, f := range w.fake.Files() {
			if f.ID != others[i] {
				t.Errorf("got %+v left, want what is not ours", f)
			}
		}
	})
}

// What a crash left goes also where Slack is not to be reached when Run begins again.
func TestOldPictureGoesLater(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"auth.test", "files.list", "files.delete"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(s *settings) { s.slack.PictureFor = 20 * time.Millisecond })
			w.fake.PutFile(fakeslack.Bot, "course-harbour.png")
			w.fake.Script(step, fakeslack.Fault{Error: "fatal_error"})
			w.run()
			w.noFiles("some time after the crash")
		})
	}
}

// Where Slack takes no picture, the table stands, and a line says how to see it.
func TestNoPicture(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"files.getUploadURLExternal", "files.completeUploadExternal", "files.info"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			w := inCourse(t)
			w.fake.Script(step, fakeslack.Fault{Error: "missing_scope"})
			w.briefed()
			v, err := w.fake.WaitView(w.ctx, ana, func(v fakeslack.View) bool {
				return strings.Contains(v.Plain(), "anteroom case brief K7Q-42 -png course.png")
			})
			w.must(err)
			if !strings.Contains(v.Plain(), "K7Q-42 · middle") || len(imagesOf(v)) > 0 {
				t.Errorf("got %q", v.Plain())
			}
			w.eventually("nothing that is complete is left", func() bool {
				for _, f := range w.fake.Files() {
					if f.Done {
						return false
					}
				}
				return true
			})
		})
	}
	t.Run("nothing measured twice", func(t *testing.T) {
		t.Parallel()
		w := inCourse(t)
		w.desk.set(func(d *desk) { d.view = sampleView() })
		if v := w.briefed(); strings.Contains(v.Plain(), "picture") || len(w.fake.Calls("files.getUploadURLExternal")) > 0 {
			t.Errorf("got %q, want no word of a picture", v.Plain())
		}
	})
}
