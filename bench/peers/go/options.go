package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// options is the command line that all arms of the bench share.
type options struct {
	bootstrap   string
	topic       string
	records     int64
	partitions  int
	order       string
	handler     string
	workMicros  int64
	concurrency int
	mode        string
	passes      int
	timeoutSecs int64
	extra       map[string]string
}

// Names of --option and the values they take; nil is a number from 1.
var known = map[string][]string{
	"commit":           {"default", "none"},
	"crc":              {"on", "off"},
	"pools":            {"on", "off"},
	"gogc":             nil,
	"max.poll.records": nil,
}

func parse(arguments []string) (*options, error) {
	o := &options{extra: map[string]string{}}
	flags := flag.NewFlagSet("arm", flag.ContinueOnError)
	flags.SetOutput(os.Stderr)
	flags.StringVar(&o.bootstrap, "bootstrap-servers", "", "host:port, comma separated")
	flags.StringVar(&o.topic, "topic", "", "pre-filled topic")
	flags.Int64Var(&o.records, "records", 0, "records in the topic")
	flags.IntVar(&o.partitions, "partitions", 0, "partitions of the topic")
	flags.StringVar(&o.order, "order", "partition", "partition, key or none")
	flags.StringVar(&o.handler, "handler", "record", "record or batch")
	flags.Int64Var(&o.workMicros, "work-us", 0, "sleep for each record, in microseconds")
	flags.IntVar(&o.concurrency, "concurrency", 1, "goroutines for order key and none")
	flags.StringVar(&o.mode, "mode", "blocking", "blocking or async; the same thing in Go")
	flags.IntVar(&o.passes, "passes", 1, "times to consume the topic; the last one is reported")
	flags.Int64Var(&o.timeoutSecs, "timeout-s", 300, "seconds until the arm gives up")
	flags.Func("option", "name=value of this arm", o.setExtra)
	if err := flags.Parse(arguments); err != nil {
		return nil, err
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("unknown argument %s", flags.Arg(0))
	}
	return o, o.check()
}

func (o *options) setExtra(text string) error {
	name, value, found := strings.Cut(text, "=")
	values, isKnown := known[name]
	switch {
	case !found:
		return errors.New("not name=value")
	case !isKnown:
		return fmt.Errorf("no option %s", name)
	case values != nil && !slices.Contains(values, value):
		return fmt.Errorf("one of %s is needed", strings.Join(values, ", "))
	case values == nil:
		if n, err := strconv.Atoi(value); err != nil || n < 1 {
			return errors.New("a whole number from 1 is needed")
		}
	}
	o.extra[name] = value
	return nil
}

func (o *options) check() error {
	switch {
	case o.bootstrap == "" || o.topic == "" || o.records < 1 || o.partitions < 1:
		return errors.New("--bootstrap-servers, --topic, --records and --partitions are needed")
	case !slices.Contains([]string{"partition", "key", "none"}, o.order):
		return fmt.Errorf("--order %s: partition, key or none is needed", o.order)
	case o.handler != "record" && o.handler != "batch":
		return fmt.Errorf("--handler %s: record or batch is needed", o.handler)
	case o.mode != "blocking" && o.mode != "async":
		return fmt.Errorf("--mode %s: blocking or async is needed", o.mode)
	case o.workMicros < 0 || o.concurrency < 1 || o.passes < 1 || o.timeoutSecs < 1:
		return errors.New("--work-us from 0, --concurrency, --passes and --timeout-s from 1 are needed")
	}
	return nil
}

func (o *options) text(name, otherwise string) string {
	if value, ok := o.extra[name]; ok {
		return value
	}
	return otherwise
}

func (o *options) number(name string, otherwise int) int {
	if n, err := strconv.Atoi(o.extra[name]); err == nil {
		return n
	}
	return otherwise
}
