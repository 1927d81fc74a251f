package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is set at release: -ldflags "-X main.version=1.2.3".
var version = "devel"

var versionCommand = command{
	name: "version", short: "which build this is",
	long: "Prints the version, the Go version and the platform.",
	run: func(_ context.Context, p *program, c command, args []string) error {
		if err := p.parse(c, newFlags("version"), args, 0); err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "anteroom %s %s %s/%s\n", build(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return nil
	},
}

// build is the version, and the revision that it was built from where the
// compiler noted one.
func build() string {
	out := version
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				out += " " + s.Value[:min(12, len(s.Value))]
			case s.Key == "vcs.modified" && s.Value == "true":
				out += "+changed"
			}
		}
	}
	return out
}
