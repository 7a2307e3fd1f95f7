fn main() -> std::process::ExitCode {
    ndp_cli::run(std::env::args_os())
}
