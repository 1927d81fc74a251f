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
	name: "keys", args: "new FILE", short: "makes the root key and the vault folder FILE.vault",
	long: `"anteroom keys new FILE" writes a new root key to FILE and makes the vault FILE.vault, both
readable by you alone.

The root key gives people their pseudonyms and never changes. The vault holds the keys that wrap each
client's key. Back both up, apart from the store and from each other's backups: who loses them loses every
record, and who holds all three can read every record.`,
}

func keys(_ context.Context, p *program, c command, args []string) error {
	fl := newFlags("keys")
	if err := p.parse(c, fl, args, 2); err != nil {
		return err
	}
	if fl.NArg() != 2 || fl.Arg(0) != "new" {
		return usageError{errors.New("write: anteroom keys new FILE")}
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
	if err != nil {
		return root, nil, usageError{fmt.Errorf("-key-file: %w", err)}
	}
	folder, err := seal.OpenFolder(vault, root)
	if err != nil {
		return root, nil, usageError{fmt.Errorf("-vault: %w", err)}
	}
	return root, folder, nil
}
