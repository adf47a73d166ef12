import { expect, test } from 'vitest';
import { parseCommandLine } from '../../src/cli/command.ts';

test.each([
  [[], 'start', []],
  [['--help'], 'help', []],
  [['-h'], 'help', []],
  [['--version'], 'version', []],
  [['--check', '--env-file', 'a.env', '--env-file=b.env'], 'check', ['a.env', 'b.env']],
  [['--env-file', 'a.env'], 'start', ['a.env']],
])('the arguments %j select the command %s', (args, command, envFiles) => {
  expect(parseCommandLine(args)).toEqual({ command, envFiles });
});

test.each([
  [['--checks'], /--checks is not an option.* Did you mean --check\?/],
  [['--print-configs'], /Did you mean --print-config\?/],
  [['--Version'], /Did you mean --version\?/],
  [['--port', '80'], /--port is not an option of this program\. --help lists them/],
  [['-p'], /-p is not an option/],
  [['--check', '--version'], /Expected one command, but got --check and --version/],
  [['--check=yes'], /--check takes no value, but got "yes"/],
  [['--env-file'], /--env-file needs the path of a file/],
  [['PORT=80'], /got "PORT"\. Settings are environment variables: write PORT=… before the command/],
  [['start'], /got "start"\. Settings are environment variables/],
])('the arguments %j are rejected', (args, message) => {
  expect(() => parseCommandLine(args)).toThrow(message);
});
