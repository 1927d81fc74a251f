package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"regexp"
	"strings"
	"syscall"
)

const envPrefix = "ANTEROOM_"

var errHelp = errors.New("help was asked for")

// config is every setting, read once and checked once.
type config struct {
	Practice              string
	Store                 string
	KeyFile               string
	Vault                 string
	TelegramToken         string
	TelegramAPIURL        string
	TelegramWebhookURL    string
	TelegramWebhookSecret string
	SlackBotToken         string
	SlackAppToken         string
	SlackChannel          string
	SlackAPIURL           string
	HTTPAddr              string
	AdminAddr             string
	Proofs                string
	LogLevel              string
	LogFormat             string
	Restored              bool // a flag of serve alone
}

// setting is one line of the table that flags and environment are read from.
type setting struct {
	flag, value, def string
	help             string
	secret           bool
	to               func(*config) *string
}

func settings() []setting {
	return []setting{
		{"practice", "DIR", "", "the practice folder, as written by \"anteroom init\"", false, func(c *config) *string { return &c.Practice }},
		{"store", "URL", "", "sqlite:PATH, redis://…, rediss://…, redis-sentinel://…, redis-cluster://…", false, func(c *config) *string { return &c.Store }},
		{"key-file", "FILE", "", "the root key (\"anteroom keys new FILE\"); made next to the database on the first run with SQLite", false, func(c *config) *string { return &c.KeyFile }},
		{"vault", "DIR", "", "the folder of wrapping epochs; default: KEY-FILE.vault", false, func(c *config) *string { return &c.Vault }},
		{"telegram-token", "TOKEN", "", "the bot's token from @BotFather", true, func(c *config) *string { return &c.TelegramToken }},
		{"telegram-api-url", "URL", "https://api.telegram.org", "the Bot API server", false, func(c *config) *string { return &c.TelegramAPIURL }},
		{"telegram-webhook-url", "URL", "", "public https address of this service; unset: long polling", false, func(c *config) *string { return &c.TelegramWebhookURL }},
		{"telegram-webhook-secret", "SECRET", "", "the secret that Telegram sends with every webhook call", true, func(c *config) *string { return &c.TelegramWebhookSecret }},
		{"slack-bot-token", "TOKEN", "", "xoxb-…, from \"OAuth & Permissions\" of the Slack app", true, func(c *config) *string { return &c.SlackBotToken }},
		{"slack-app-token", "TOKEN", "", "xapp-…, from \"Basic Information\", with connections:write", true, func(c *config) *string { return &c.SlackAppToken }},
		{"slack-channel", "ID", "", "the therapists' channel, C…", false, func(c *config) *string { return &c.SlackChannel }},
		{"slack-api-url", "URL", "https://slack.com/api/", "the Slack Web API", false, func(c *config) *string { return &c.SlackAPIURL }},
		{"http-addr", "ADDR", "127.0.0.1:8080", "where the Telegram webhook listens", false, func(c *config) *string { return &c.HTTPAddr }},
		{"admin-addr", "ADDR", "127.0.0.1:9090", "/livez, /readyz, /metrics", false, func(c *config) *string { return &c.AdminAddr }},
		{"proofs", "DIR", "", "where it is noted which content was proved; default: the user's cache folder", false, func(c *config) *string { return &c.Proofs }},
		{"log-level", "LEVEL", "info", "debug, info, warn or error", false, func(c *config) *string { return &c.LogLevel }},
		{"log-format", "FORMAT", "text", "text or json", false, func(c *config) *string { return &c.LogFormat }},
	}
}

func (s setting) env() string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(s.flag, "-", "_"))
}

// settingsOf registers the named settings on a flag set; none named: all.
// The function it returns fills the config after the flags are parsed.
func (p *program) settingsOf(fl *flag.FlagSet, names ...string) func() (config, error) {
	var use []setting
	given := make(map[string]*string)
	for _, s := range settings() {
		wanted := len(names) == 0
		for _, n := range names {
			wanted = wanted || n == s.flag
		}
		if wanted {
			use = append(use, s)
			given[s.flag] = fl.String(s.flag, "", fmt.Sprintf("`%s`: %s (%s)", s.value, s.help, s.env()))
		}
	}
	return func() (config, error) {
		var c config
		var problems []error
		set := make(map[string]bool)
		fl.Visit(func(f *flag.Flag) { set[f.Name] = true })
		for _, s := range settings() {
			*s.to(&c) = s.def
		}
		for _, s := range use {
			value, err := p.value(s, set[s.flag], *given[s.flag])
			if err != nil {
				problems = append(problems, err)
				continue
			}
			*s.to(&c) = value
		}
		return c, joinUsage(problems)
	}
}

// value of a setting: the flag, or the environment, or for a secret the file
// that the environment names, or the default.
func (p *program) value(s setting, isSet bool, flagValue string) (string, error) {
	if isSet {
		return flagValue, nil
	}
	direct, hasDirect := p.env[s.env()]
	file := p.env[s.env()+"_FILE"]
	if !s.secret || file == "" {
		if hasDirect {
			return direct, nil
		}
		return s.def, nil
	}
	if direct != "" {
		return "", fmt.Errorf("both %s and %s_FILE are set: keep one", s.env(), s.env())
	}
	return readSecret(s.env()+"_FILE", file)
}

// pasted is how a token of a messenger looks, wherever it stands.
var pasted = regexp.MustCompile(`[0-9]{6,}:[A-Za-z0-9_-]{20,}|(xox[a-z]|xapp)-[A-Za-z0-9-]{16,}`)

// readSecret reads a secret from a file that nobody else may read. It does not
// repeat a token that was written in place of the file's name.
func readSecret(setting, path string) (string, error) {
	if pasted.MatchString(path) {
		return "", fmt.Errorf("%s: a token stands where the name of a file belongs: put it into a file that you alone can read, and write the name of that file", setting)
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("%s: cannot read %s: %w; put the secret into it, and run chmod 600 %s", setting, path, cause(err), path)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("%s: %s can be read by others (mode %04o): run chmod 600 %s", setting, path, info.Mode().Perm(), path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%s: cannot read %s: %w", setting, path, cause(err))
	}
	secret := strings.TrimSpace(string(b))
	if secret == "" {
		return "", fmt.Errorf("%s: %s is empty: put the secret into it", setting, path)
	}
	return secret, nil
}

// cause takes the path and the operation off a file error, since the message
// names them already, and says what may help.
func cause(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w (check the name)", err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w (check whose it is, and who may use it)", err)
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EISDIR):
		return fmt.Errorf("%w (choose another name)", err)
	}
	return err
}

func joinUsage(problems []error) error {
	if len(problems) == 0 {
		return nil
	}
	return usageError{errors.Join(problems...)}
}

// parse reads the flags of a command. most is how many arguments may follow,
// -1 for any number.
func (p *program) parse(c command, fl *flag.FlagSet, args []string, most int) error {
	fl.SetOutput(io.Discard)
	fl.Usage = func() {}
	usage := func() {
		fmt.Fprintf(p.stdout, "Usage: anteroom %s\n\n%s\n", strings.TrimSpace(c.name+" [flags] "+c.args), strings.TrimSpace(c.long))
		any := false
		fl.VisitAll(func(*flag.Flag) { any = true })
		if any {
			fmt.Fprintln(p.stdout, "\nFlags:")
			fl.SetOutput(p.stdout)
			fl.PrintDefaults()
		}
	}
	switch err := fl.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		usage()
		return errHelp
	case err != nil:
		var known []string
		fl.VisitAll(func(f *flag.Flag) { known = append(known, "-"+f.Name) })
		return usageError{fmt.Errorf("%w; see anteroom help %s (flags: %s)", err, c.name, cmp.Or(strings.Join(known, ", "), "none"))}
	case most >= 0 && fl.NArg() > most && strings.HasPrefix(fl.Arg(most), "-"):
		return usageError{fmt.Errorf("%s stands behind the arguments: write the flags first; see anteroom help %s", fl.Arg(most), c.name)}
	case most >= 0 && fl.NArg() > most:
		return usageError{fmt.Errorf("%q is one argument too many; see anteroom help %s", fl.Arg(most), c.name)}
	}
	return nil
}

func newFlags(name string) *flag.FlagSet {
	return flag.NewFlagSet("anteroom "+name, flag.ContinueOnError)
}

// logger writes to standard error in the format asked for.
func (p *program) logger(c config) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return nil, usageError{fmt.Errorf("-log-level is %q: use debug, info, warn or error", c.LogLevel)}
	}
	o := &slog.HandlerOptions{Level: level}
	switch c.LogFormat {
	case "text":
		return slog.New(slog.NewTextHandler(p.stderr, o)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(p.stderr, o)), nil
	}
	return nil, usageError{fmt.Errorf("-log-format is %q: use text or json", c.LogFormat)}
}

func checkAddr(name, addr string) error {
	if _, _, err := net.SplitHostPort(addr); err != nil {
		return fmt.Errorf("-%s is %q: write host:port, as in 127.0.0.1:9090", name, addr)
	}
	return nil
}
