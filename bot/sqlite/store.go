// Package sqlite keeps everything in one file: the store of a solo practice,
// and, in memory, of tests, chat and demo.
//
// All writes go through one goroutine. It takes every operation that waits
// into one transaction and answers them after the commit, so that many
// conversations share one flush to the disk: an answered write survives a
// crash of the process and of the machine. Reads run beside it on connections
// of their own. A second process may open the same file to read, and to post
// commits with fence 0.
//
// What is erased is overwritten in the file, and the write-ahead log that may
// still hold it is emptied as soon as no reader needs it. The store never sees
// a clear value; what it holds is sealed before it comes here.
package sqlite

import (
	"cmp"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	sqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"anteroom/bot"
)

// schema by version: schema[v-1] brings a file from version v-1 to v.
var schema = [...]string{schema1, schema2}

//go:embed schema.sql
var schema1 string

//go:embed aside.sql
var schema2 string

// application marks our files in their header ("antr").
const application = 0x616e7472

// Options of a store. The zero value is right for serve.
type Options struct {
	// Clock is the store's time: leases of owners, and how long events are
	// remembered. Default: time.Now.
	Clock func() time.Time
	// Busy is how long to wait for another process that writes to the same
	// file. Default: 5 s.
	Busy time.Duration
}

// Store is a [bot.Store] in one SQLite file.
type Store struct {
	path  string // "" in memory
	clock func() time.Time
	busy  time.Duration
	db    *sql.DB
	write *conn
	reads chan *conn // nil in memory, where everything goes through write

	ops     chan *op
	closing chan struct{}
	stopped chan struct{}
	close   sync.Once
	closed  error
}

var _ bot.Store = (*Store)(nil)

// Open opens the file at path, or creates it, readable by its owner only. Its
// folder must exist. An error names the path and the mend.
func Open(path string, o Options) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	if err := ownerOnly(path); err != nil {
		return nil, err
	}
	o.Busy = cmp.Or(o.Busy, 5*time.Second)
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() +
		fmt.Sprintf("?_pragma=busy_timeout(%d)", o.Busy.Milliseconds()) +
		"&_pragma=synchronous(FULL)&_pragma=secure_delete(ON)&_pragma=foreign_keys(OFF)"
	s, err := open(path, dsn, o)
	if err != nil {
		return nil, err
	}
	reads := make(chan *conn, max(2, runtime.GOMAXPROCS(0)))
	for range cap(reads) {
		c, err := s.conn()
		if err != nil {
			for range len(reads) {
				(<-reads).close()
			}
			return nil, errors.Join(s.explain("open", err), s.Close())
		}
		reads <- c
	}
	s.reads = reads
	return s, nil
}

// Memory opens a store that is gone when it is closed.
func Memory() (*Store, error) { return MemoryOptions(Options{}) }

// MemoryOptions is [Memory] with options: a clock of one's own.
func MemoryOptions(o Options) (*Store, error) { return open("", ":memory:", o) }

func open(path, dsn string, o Options) (*Store, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	db.SetMaxIdleConns(0) // a connection lives as long as its conn
	s := &Store{
		path: path, clock: o.Clock, busy: o.Busy, db: db,
		ops: make(chan *op), closing: make(chan struct{}), stopped: make(chan struct{}),
	}
	if s.clock == nil {
		s.clock = time.Now
	}
	if s.write, err = s.conn(); err == nil {
		err = s.prepare()
	}
	if err != nil {
		if s.write != nil {
			s.write.close()
		}
		return nil, errors.Join(s.explain("open", err), db.Close())
	}
	go s.run()
	return s, nil
}

// ownerOnly makes sure that the file exists and that nobody but its owner can
// read it. SQLite gives its companions (-wal, -shm) the same mode.
func ownerOnly(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("open store %s: no such folder; create %s first", path, filepath.Dir(path))
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("open store %s: not allowed to write there; let this user write to %s, or give another path", path, filepath.Dir(path))
	case err != nil:
		var pe *fs.PathError
		if errors.As(err, &pe) {
			err = pe.Err // the path is named already
		}
		return fmt.Errorf("open store %s: %w; give a path that can be written", path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("open store %s: %w", path, err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("open store %s: not a file; give the path of a file", path)
	}
	if info.Mode().Perm()&0o077 != 0 {
		if err := f.Chmod(0o600); err != nil {
			return fmt.Errorf("open store %s: readable by others; run chmod 600 on it: %w", path, err)
		}
	}
	return nil
}

// prepare brings the file to the newest schema, or refuses it and leaves it as
// it is.
func (s *Store) prepare() error {
	if version, err := s.write.version(); err != nil || version == len(schema) {
		return err
	}
	if s.path != "" {
		if err := s.toWAL(); err != nil {
			return err
		}
	}
	return s.write.atomic(func() error {
		version, err := s.write.version() // another process may have been first
		if err != nil {
			return err
		}
		for _, q := range schema[version:] {
			if err := s.write.script(q); err != nil {
				return err
			}
		}
		return s.write.script(fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", application, len(schema)))
	})
}

// toWAL sets the journal of the file, where it stays. SQLite itself does not
// wait here for another process that does the same.
func (s *Store) toWAL() error {
	for end := time.Now().Add(s.busy); ; time.Sleep(time.Millisecond) {
		err := s.write.script("PRAGMA journal_mode = WAL")
		var e *sqlite.Error
		if !errors.As(err, &e) || e.Code()&0xff != sqlite3.SQLITE_BUSY || time.Now().After(end) {
			return err
		}
	}
}

// version is the schema of the file: 0 for an empty one.
func (c *conn) version() (int, error) {
	var version, app, tables int
	_, err := c.row(`SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema) FROM pragma_user_version, pragma_application_id`, nil, &version, &app, &tables)
	if err != nil { // all as of one moment: another process may be making the file
		return 0, err
	}
	switch {
	case app != application && tables > 0:
		return 0, refused("it is the database of another program; give another path")
	case version > len(schema):
		return 0, refused(fmt.Sprintf("a newer version of anteroom wrote it (schema %d, this one knows %d); run that version", version, len(schema)))
	}
	return version, nil
}

// refused says why a file is not ours to use.
type refused string

func (r refused) Error() string { return string(r) }

// mends by primary result code: what the operator can do.
var mends = map[int]string{
	sqlite3.SQLITE_FULL:     "the disk is full; make room",
	sqlite3.SQLITE_READONLY: "it cannot be written; check the owner and mode of the file and its folder",
	sqlite3.SQLITE_CANTOPEN: "it cannot be opened; check the owner and mode of the file and its folder",
	sqlite3.SQLITE_PERM:     "it cannot be opened; check the owner and mode of the file and its folder",
	sqlite3.SQLITE_NOTADB:   "it is not a database; give another path, or put a backup in its place",
	sqlite3.SQLITE_CORRUPT:  "it is damaged; stop the service and put a backup in its place",
	sqlite3.SQLITE_IOERR:    "the disk does not read or write; check the disk and the log of the machine",
	sqlite3.SQLITE_BUSY:     "another process is writing to it for too long; stop that process",
}

// explain names the operation, the file and the mend.
func (s *Store) explain(what string, err error) error {
	var e *sqlite.Error
	mend := ""
	if errors.As(err, &e) {
		mend = mends[e.Code()&0xff]
	}
	name := cmp.Or(s.path, "in memory")
	if mend == "" {
		return fmt.Errorf("%s store %s: %w", what, name, err)
	}
	return fmt.Errorf("%s store %s: %s: %w", what, name, mend, err)
}

// Close answers what it has taken, refuses the rest, and waits until the file
// is closed. Closing again does nothing.
func (s *Store) Close() error {
	s.close.Do(func() {
		close(s.closing)
		<-s.stopped
		for range cap(s.reads) {
			(<-s.reads).close() // waits for who reads
		}
		s.write.close()
		s.closed = s.db.Close()
	})
	return s.closed
}
