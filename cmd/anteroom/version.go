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
		revision := ""
		if info, ok := debug.ReadBuildInfo(); ok {
			for _, s := range info.Settings {
				if s.Key == "vcs.revision" {
					revision = " " + s.Value[:min(12, len(s.Value))]
				}
			}
		}
		fmt.Fprintf(p.stdout, "anteroom %s%s %s %s/%s\n", version, revision, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return nil
	},
}
