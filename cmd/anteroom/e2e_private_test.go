package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	fakeslack "anteroom/bot/slack/slacktest"
)

// needle is something that may not stand in clear in a place.
type needle struct {
	what  string // for the failure: never the thing itself alone
	bytes []byte
}

// forms are the ways in which a thing could stand somewhere.
func forms(what, secret string) []needle {
	all := []needle{{what, []byte(secret)}, {what + " in hex", []byte(hex.EncodeToString([]byte(secret)))}}
	// In base64 a thing has three forms, by where it begins; the first and last
	// signs depend on what stands beside it.
	for shift := range 3 {
		b := base64.RawStdEncoding.EncodeToString(append(make([]byte, shift), secret...))
		from := []int{0, 2, 3}[shift]
		to := len(b) - map[bool]int{true: 0, false: 1}[(shift+len(secret))%3 == 0]
		all = append(all, needle{what + " in base64", []byte(b[from:to])})
	}
	return all
}

func numberForms(what string, n int64) []needle {
	all := forms(what, strconv.FormatInt(n, 10))
	all = append(all, needle{what + " in hex", []byte(strconv.FormatInt(n, 16))})
	return append(all, needle{what + " in binary", binary.BigEndian.AppendUint64(nil, uint64(n))[3:]},
		needle{what + " in binary", binary.LittleEndian.AppendUint64(nil, uint64(n))[:5]})
}

// verifyPrivate searches everything that the run left behind for every
// client's words, name and chat id, and for the tokens.
func (s *stage) verifyPrivate(ctx context.Context, people []*person, d *desk) {
	t := s.t
	t.Helper()
	places := map[string][]byte{"the debug log": []byte(s.process.said())}
	if s.redis != nil {
		s.redis.Do("SAVE")
	}
	for _, root := range s.stored {
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			places[filepath.Base(path)] = data
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	_, metrics, err := s.process.get(ctx, "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	places["/metrics"] = []byte(metrics)
	channel := s.slack.Messages(fakeslack.Channel)
	for _, u := range slackIDs {
		channel = append(channel, s.slack.Ephemerals(u)...)
		channel = append(channel, s.slack.Messages(fakeslack.DM(u))...)
	}
	if places["the Slack channel"], err = json.Marshal(channel); err != nil {
		t.Fatal(err)
	}

	// That the search finds what is there: the practice's id is no secret.
	for name, data := range places {
		known := "quiet-river"
		switch {
		case name == "the Slack channel":
			known = "Read summary"
		case name == "/metrics":
			known = "anteroom_parcels_total"
		case name == "redis.log" || strings.HasSuffix(name, ".manifest") || strings.HasSuffix(name, "base.aof") || strings.HasSuffix(name, "-wal"):
			continue
		}
		if !bytes.Contains(data, []byte(known)) {
			t.Errorf("%s, %d bytes, does not even hold %q: this search sees nothing", name, len(data), known)
		}
	}
	var needles []needle
	for _, p := range people {
		for _, own := range p.secrets() {
			needles = append(needles, forms("the words of client "+strconv.Itoa(p.n), own)...)
		}
		needles = append(needles, numberForms("the chat id of client "+strconv.Itoa(p.n), p.user.ID)...)
	}
	for _, token := range s.secrets {
		needles = append(needles, forms("a token", token)...)
	}
	for _, tries := range d.tries {
		for _, t := range tries {
			if t.note != "" {
				needles = append(needles, needle{"a therapist's words", []byte(t.note)})
			}
		}
	}
	for name, data := range places {
		found := 0
		for _, n := range needles {
			if i := bytes.Index(data, n.bytes); i >= 0 && found < 3 {
				found++
				t.Errorf("%s holds %s: …%q…", name, n.what, data[max(0, i-60):min(len(data), i+60)])
			}
		}
	}
	t.Logf("searched %d places for %d forms", len(places), len(needles))
}
