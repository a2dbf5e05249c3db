// Checks an exported log with golang.org/x/mod/sumdb/note and tlog, which know nothing of this suite: the checkpoint's
// signature, the root from the tiles, the statement's inclusion by the tiles and by the tlog-proof, and the consistency of
// the older checkpoint with the newer one.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// export is one exported folder and the key that its checkpoints are signed with.
type export struct {
	folder string
	key    note.Verifier
}

func (e export) read(path string) ([]byte, error) { return os.ReadFile(filepath.Join(e.folder, path)) }

// Height, ReadTiles and SaveTiles make an export a tlog.TileReader. C2SP paths have no height element.
func (e export) Height() int { return 8 }

func (e export) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		data, err := e.read(filepath.Join("log", strings.Replace(tile.Path(), "tile/8/", "tile/", 1)))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func (e export) SaveTiles([]tlog.Tile, [][]byte) {}

// head verifies a checkpoint and reads the tree that it names.
func (e export) head(signed []byte) (tree tlog.Tree, err error) {
	opened, err := note.Open(signed, note.VerifierList(e.key))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return tree, errors.New("a checkpoint has three lines")
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	tree.Hash, err = hash(lines[2])
	return tree, err
}

// hash decodes one hash in the one base64 spelling it has.
func hash(line string) (decoded tlog.Hash, err error) {
	data, err := base64.StdEncoding.Strict().DecodeString(line)
	if err == nil && len(data) != len(decoded) {
		err = fmt.Errorf("a hash has %d bytes", len(data))
	}
	copy(decoded[:], data)
	return decoded, err
}

func hashes(lines []string) (decoded []tlog.Hash, err error) {
	for _, line := range lines {
		one, err := hash(line)
		if err != nil {
			return nil, err
		}
		decoded = append(decoded, one)
	}
	return decoded, nil
}

func (e export) check() error {
	checkpoint, err := e.read("log/checkpoint")
	if err != nil {
		return err
	}
	tree, err := e.head(checkpoint)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	reader := tlog.TileHashReader(tree, e)
	if root, err := tlog.TreeHash(tree.N, reader); err != nil || root != tree.Hash {
		return fmt.Errorf("root from tiles: %v %v", root, err)
	}
	if err := e.checkInclusion(tree, reader); err != nil {
		return err
	}
	return e.checkConsistency(tree, reader)
}

func (e export) checkInclusion(tree tlog.Tree, reader tlog.HashReader) error {
	var meta struct{ Index int64 }
	data, err := e.read("meta.json")
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, &meta); err != nil {
		return err
	}
	statement, err := e.read("receipt/statement.cose")
	if err != nil {
		return err
	}
	digest := sha256.Sum256(statement)
	record := tlog.RecordHash(digest[:])
	fromTiles, err := tlog.ProveRecord(tree.N, meta.Index, reader)
	if err != nil {
		return fmt.Errorf("inclusion from tiles: %w", err)
	}
	if err := tlog.CheckRecord(fromTiles, tree.N, tree.Hash, meta.Index, record); err != nil {
		return fmt.Errorf("inclusion from tiles: %w", err)
	}
	if tlog.CheckRecord(fromTiles, tree.N, tree.Hash, meta.Index, tlog.RecordHash(append(digest[:], 0))) == nil {
		return errors.New("another record passes")
	}
	proof, err := e.read("receipt/receipt.tlog-proof")
	if err != nil {
		return err
	}
	head, signed, found := bytes.Cut(proof, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || lines[1] != fmt.Sprintf("index %d", meta.Index) {
		return errors.New("tlog-proof: header")
	}
	path, err := hashes(lines[2:])
	if err != nil {
		return fmt.Errorf("tlog-proof: %w", err)
	}
	proven, err := e.head(signed)
	if err != nil {
		return fmt.Errorf("tlog-proof: %w", err)
	}
	return tlog.CheckRecord(path, proven.N, proven.Hash, meta.Index, record)
}

func (e export) checkConsistency(tree tlog.Tree, reader tlog.HashReader) error {
	signed, err := e.read("old/checkpoint")
	if err != nil {
		return err
	}
	old, err := e.head(signed)
	if err != nil {
		return fmt.Errorf("old checkpoint: %w", err)
	}
	fromTiles, err := tlog.ProveTree(tree.N, old.N, reader)
	if err != nil {
		return fmt.Errorf("consistency from tiles: %w", err)
	}
	if err := tlog.CheckTree(fromTiles, tree.N, tree.Hash, old.N, old.Hash); err != nil {
		return fmt.Errorf("consistency from tiles: %w", err)
	}
	listed, err := e.read("old/consistency.txt")
	if err != nil {
		return err
	}
	path, err := hashes(strings.Fields(string(listed)))
	if err != nil {
		return fmt.Errorf("consistency.txt: %w", err)
	}
	return tlog.CheckTree(path, tree.N, tree.Hash, old.N, old.Hash)
}

func run() error {
	if len(os.Args) != 2 {
		return errors.New("usage: gocheck DIR")
	}
	e := export{folder: os.Args[1]}
	line, err := e.read("keys/log.vkey")
	if err != nil {
		return err
	}
	if e.key, err = note.NewVerifier(strings.TrimSpace(string(line))); err != nil {
		return err
	}
	return e.check()
}

func main() {
	if err := run(); err != nil {
		fmt.Println("FAIL", err)
		os.Exit(1)
	}
	fmt.Println("PASS")
}
