package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"anteroom/bot/seal"
)

var keysCommand = command{
	run:  keys,
	name: "keys", args: "new FILE | rotate", short: "makes the root key and the vault folder FILE.vault; wraps all keys anew",
	long: `"anteroom keys new FILE" writes a new root key to FILE and makes the vault FILE.vault, both
readable by you alone.

The root key gives people their pseudonyms and never changes. The vault holds the keys that wrap each
client's key. Back both up, apart from the store and from each other's backups: who loses them loses every
record, and who holds all three can read every record.

"anteroom keys rotate" makes a new wrapping epoch now, wraps every key in the store anew, waits a minute, looks
again, and destroys the older epochs: after that, what was erased is unreadable in every backup of the store, and
so is every backup that was made before. It works while "serve" runs, which does the same by itself every 30 days
(practice.yaml, keep, vault). The root key stays. It takes -store, -key-file and -vault.`,
}

func keys(ctx context.Context, p *program, c command, args []string) error {
	fl := newFlags("keys")
	read := p.settingsOf(fl, "store", "key-file", "vault")
	grace := fl.Duration("grace", leastGrace, "how long rotate waits before it looks again whether a failover of the store took something back; less only where there is none")
	if len(args) > 0 && args[0] == "rotate" {
		if err := p.parse(c, fl, args[1:], 0); err != nil {
			return err
		}
		if *grace < 0 {
			return usageError{errors.New("-grace is a time to wait, like 1m")}
		}
		cfg, err := read()
		if err != nil {
			return err
		}
		return rotateKeys(ctx, p, cfg, *grace)
	}
	if err := p.parse(c, fl, args, 2); err != nil {
		return err
	}
	if fl.NArg() != 2 || fl.Arg(0) != "new" {
		return usageError{errors.New("write: anteroom keys new FILE, or: anteroom keys rotate")}
	}
	file := fl.Arg(1)
	if err := newKeys(file, file+".vault"); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "wrote %s and %s\nBack both up, apart from the store. Then: ANTEROOM_KEY_FILE=%s\n", file, file+".vault", file)
	return nil
}

func newKeys(file, vault string) error {
	root := seal.NewRoot()
	if _, err := os.Stat(vault); err == nil {
		return usageError{fmt.Errorf("%s is there already: choose another name, nothing was changed", vault)}
	}
	if err := seal.WriteRoot(file, root); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return usageError{fmt.Errorf("%s is there already: a root key is never written over; choose another name", file)}
		}
		return usageError{err}
	}
	if _, err := seal.CreateFolder(vault, root); err != nil {
		return usageError{err}
	}
	return nil
}

// openKeys reads the root key and the vault. With make, both are made where
// the key file is not there.
func openKeys(c config, makeThem bool) (seal.Root, seal.Vault, error) {
	vault := c.Vault
	if vault == "" {
		vault = c.KeyFile + ".vault"
	}
	if _, err := os.Stat(c.KeyFile); errors.Is(err, fs.ErrNotExist) && makeThem {
		if err := newKeys(c.KeyFile, vault); err != nil {
			return seal.Root{}, nil, err
		}
	}
	root, err := seal.ReadRoot(c.KeyFile)
	if errors.Is(err, fs.ErrNotExist) {
		return root, nil, usageError{fmt.Errorf("-key-file: %s is not there: put the key back from its backup, or name the file that holds it; with SQLite the first run of serve makes it beside the database", c.KeyFile)}
	}
	if err != nil {
		return root, nil, usageError{fmt.Errorf("-key-file: %w", err)}
	}
	folder, err := seal.OpenFolder(vault, root)
	if err != nil {
		return root, nil, usageError{fmt.Errorf("-vault, with the key in %s: %w", c.KeyFile, err)}
	}
	return root, folder, nil
}
