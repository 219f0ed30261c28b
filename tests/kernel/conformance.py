"""Jupyter's own conformance tests (jupyter_kernel_test) with samples for this kernel: no test may be skipped."""
import unittest

import jupyter_kernel_test


class LabKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = "rund-lab"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('hello, stderr')"
    completion_samples = [
        {"text": "Number.isSafeI", "matches": {"isSafeInteger"}},
        {"text": "'abc'.startsW", "matches": {"startsWith"}},
    ]
    complete_code_samples = ["1", "console.log('hello, world')", "let f = (x: number) => {\n  return x * 2;\n}\n\n"]
    incomplete_code_samples = ["function f() {", "let x = `a\nb", "[1, 2,", "/* text"]
    invalid_code_samples = ["let = ;", "import 7q", "f(]", "console.log('hello"]
    code_page_something = "Math.max?"
    code_generate_error = "throw new Error('no')"
    code_execute_result = [
        {"code": "1 + 2 + 3", "result": "6"},
        {"code": "[1, 2, 3].map(n => n * n)", "result": "[ 1, 4, 9 ]"},
        {"code": "'a'.repeat(3)", "result": "'aaa'"},
    ]
    code_display_data = [
        {
            "code": "(globalThis as any)[Symbol.for('rund-lab.display')].display({'text/html': '<b>bold</b>'})",
            "mime": "text/html",
        },
        {"code": "import {display} from 'tslab';\ndisplay.markdown('# title')", "mime": "text/markdown"},
    ]
    code_history_pattern = "1 ? 2*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "Math.max"
    code_clear_output = "(globalThis as any)[Symbol.for('rund-lab.display')].clear()"


if hasattr(jupyter_kernel_test, "IopubWelcomeTests"):  # since 0.5

    class LabKernelWelcome(jupyter_kernel_test.IopubWelcomeTests):
        kernel_name = "rund-lab"
        support_iopub_welcome = True


if __name__ == "__main__":
    unittest.main(verbosity=2)
