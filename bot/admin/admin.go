// Package admin shows an operator how the service is: whether it lives, whether
// it can accept what comes in, and what it counts. It holds no client's word,
// name or address: components and outcomes only.
package admin

import (
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"sync"

	"github.com/VictoriaMetrics/metrics"

	"anteroom/bot"
)

// Board collects the state of the components and the counts. It implements
// bot.Health and bot.Meter.
type Board struct {
	log    *slog.Logger
	counts *metrics.Set

	mu    sync.Mutex
	sick  map[string]string // component → what is wrong, one line
	ready func() bool
}

var (
	_ bot.Health = (*Board)(nil)
	_ bot.Meter  = (*Board)(nil)
)

// New makes a board. ready says whether events can be accepted durably now.
func New(log *slog.Logger, ready func() bool) *Board {
	return &Board{log: log, counts: metrics.NewSet(), sick: make(map[string]string), ready: ready}
}

// Report notes how a component is. A change is logged once, not every time.
func (b *Board) Report(component string, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	was, sick := b.sick[component]
	switch {
	case err == nil && sick:
		delete(b.sick, component)
		b.log.Info("works again", "component", component)
	case err != nil && was != err.Error():
		b.sick[component] = err.Error()
		b.log.Error("does not work", "component", component, "err", err)
	}
}

// Sick lists what does not work, one line each.
func (b *Board) Sick() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var lines []string
	for _, c := range slices.Sorted(maps.Keys(b.sick)) {
		lines = append(lines, c+": "+b.sick[c])
	}
	return lines
}

// Count adds one to a counter. Labels are pairs of name and value.
func (b *Board) Count(name string, labels ...string) {
	full := "anteroom_" + name
	for i := 0; i+1 < len(labels); i += 2 {
		sep := ","
		if i == 0 {
			sep = "{"
		}
		full += fmt.Sprintf("%s%s=%q", sep, labels[i], labels[i+1])
	}
	if len(labels) > 0 {
		full += "}"
	}
	b.counts.GetOrCreateCounter(full).Inc()
}

// Handler serves /livez (the process runs), /readyz (it can accept durably;
// with what is wrong elsewhere, for reading) and /metrics.
func (b *Board) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if b.ready() {
			io.WriteString(w, "ready\n")
		} else {
			w.WriteHeader(http.StatusServiceUnavailable)
			io.WriteString(w, "not ready\n")
		}
		for _, line := range b.Sick() {
			io.WriteString(w, line+"\n")
		}
	})
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		b.mu.Lock()
		sick := len(b.sick)
		b.mu.Unlock()
		fmt.Fprintf(w, "anteroom_sick_components %d\n", sick)
		b.counts.WritePrometheus(w)
		metrics.WriteProcessMetrics(w)
	})
	return mux
}
