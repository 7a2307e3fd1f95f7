/// A server makes and drops many small things at once; of its time a quarter went into the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    ndp_cli::run(std::env::args_os())
}
