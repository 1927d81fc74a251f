package admin_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"anteroom/bot/admin"
)

func get(t *testing.T, h http.Handler, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w.Code, w.Body.String()
}

func TestBoard(t *testing.T) {
	var log bytes.Buffer
	ready := true
	b := admin.New(slog.New(slog.NewTextHandler(&log, nil)), func() bool { return ready })
	h := b.Handler()

	if code, body := get(t, h, "/livez"); code != 200 || body != "ok\n" {
		t.Errorf("/livez: got %d %q", code, body)
	}
	b.Report("store", errors.New("redis is gone: start it"))
	b.Report("store", errors.New("redis is gone: start it"))
	if got := strings.Count(log.String(), "redis is gone"); got != 1 {
		t.Errorf("the same trouble was logged %d times, want once", got)
	}
	if code, body := get(t, h, "/readyz"); code != 200 || !strings.Contains(body, "store: redis is gone") {
		t.Errorf("/readyz: got %d %q", code, body)
	}
	ready = false
	if code, _ := get(t, h, "/readyz"); code != 503 {
		t.Errorf("/readyz when not ready: got %d, want 503", code)
	}
	b.Report("store", nil)
	if got := b.Sick(); len(got) != 0 {
		t.Errorf("after it works again: got %v", got)
	}
	b.Count("parcels_total", "channel", "telegram", "outcome", "sent")
	b.Count("parcels_total", "channel", "telegram", "outcome", "sent")
	if _, body := get(t, h, "/metrics"); !strings.Contains(body, `anteroom_parcels_total{channel="telegram",outcome="sent"} 2`) {
		t.Errorf("/metrics lacks the count:\n%s", body)
	}
}
